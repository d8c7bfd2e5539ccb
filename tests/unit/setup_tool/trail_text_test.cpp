#include "setup_tool/trail_text.hpp"

#include <gtest/gtest.h>

namespace umbra {
namespace {

wire::TrailEntry refused_alice() {
  wire::TrailEntry entry;
  entry.number = 7;
  entry.time = 1'000'000'000;
  entry.reason = static_cast<std::uint8_t>(wire::Reason::wrong_code);
  entry.event = "verify";
  entry.user = "alice";
  entry.service = "sshd";
  entry.source = "192.0.2.7";
  return entry;
}

TEST(TrailText, RowIsInColumns) {
  EXPECT_EQ(
      trail_row(refused_alice()),
      "2001-09-09T01:46:40Z  refused   verify        alice             sshd        192.0.2.7        wrong_code\n");
  wire::TrailEntry entry = refused_alice();
  entry.accepted = true;
  entry.reason = 0;
  EXPECT_EQ(trail_row(entry),
            "2001-09-09T01:46:40Z  accepted  verify        alice             sshd        192.0.2.7        -\n");
}

TEST(TrailText, EmptyFieldsAreHyphens) {
  EXPECT_EQ(trail_row({}),
            "1970-01-01T00:00:00Z  refused   -             -                 -           -                -\n");
  wire::TrailEntry entry;
  entry.time = -1;
  EXPECT_EQ(trail_row(entry).substr(0, 29), "-                     refused");
}

TEST(TrailText, WhatTheFloodCostHasALineBefore) {
  wire::TrailEntry entry = refused_alice();
  entry.dropped = 12;
  EXPECT_EQ(trail_row(entry), "... 12 entries were dropped by the flood limit\n" + trail_row(refused_alice()));
}

TEST(TrailText, NothingSteersTheTerminal) {
  wire::TrailEntry entry = refused_alice();
  entry.event = entry.user = entry.service = entry.source = "\x1b[2J\n";
  for (const char c : trail_row(entry).substr(0, trail_row(entry).size() - 1)) EXPECT_TRUE(c >= ' ' && c <= '~');
}

TEST(TrailText, JsonHasTheContractsKeys) {
  EXPECT_EQ(trail_json(refused_alice()),
            R"({"number":7,"time":"2001-09-09T01:46:40Z","event":"verify","user":"alice","service":"sshd",)"
            R"("source":"192.0.2.7","accepted":false,"reason":"wrong_code","dropped":0})"
            "\n");
  wire::TrailEntry entry;
  entry.time = INT64_MAX;
  entry.accepted = true;
  entry.dropped = 3;
  EXPECT_EQ(trail_json(entry),
            R"({"number":0,"time":null,"event":"","user":"","service":"","source":"","accepted":true,)"
            R"("reason":null,"dropped":3})"
            "\n");
}

}  // namespace
}  // namespace umbra

// One login's requests from begin to complete, as the module sends them.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "daemon/service/verifier.hpp"
#include "tests/support/world.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kBob;
using test::kRoot;
using wire::Ask;
using wire::Status;

struct Daemon : test::World {
  Daemon() { storage().put(test::enrolled()); }
  ~Daemon() { finish(); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  Judge judge{context()};
  LoginEnrolment login_enrolment{context()};
  Verifier verifier{context(), judge, login_enrolment};

  auto begin(const Peer& peer, const wire::Begin& message, std::uint64_t id) {
    return ask<wire::BeginReply>(peer, message, [this](const CallPtr& call) { verifier.begin(call); }, id);
  }
  auto begin(const Peer& peer, std::string_view user, std::uint64_t id, bool nullok = false) {
    wire::Begin message;
    message.user = user;
    message.service = "sshd";
    message.rhost = "192.0.2.1";
    message.nullok = nullok;
    return begin(peer, message, id);
  }
  auto verify(const Peer& peer, std::string_view challenge, std::string_view answer, std::uint64_t id) {
    return ask<wire::VerifyReply>(
        peer, wire::Verify{challenge, answer}, [this](const CallPtr& call) { verifier.verify(call); }, id);
  }
  auto complete(const Peer& peer, std::string_view verified) {
    return ask<wire::Nothing>(peer, wire::Complete{verified}, [this](const CallPtr& call) { verifier.complete(call); });
  }
  std::string challenge(std::uint64_t id, std::string_view user = "alice") {
    return std::string(begin(kRoot, user, id).reply.challenge);
  }
  std::string code(int offset = 0) { return test::code_text(test::credential(), clock().wall(), offset); }
  std::string wrong() { return test::wrong_code(test::credential(), clock().wall()); }
  unsigned failures() { return storage().get("alice").lockout.recent_count; }
};

TEST(Login, FromBeginToComplete) {
  Daemon daemon;
  daemon.verify(kRoot, daemon.challenge(1), daemon.wrong(), 1);
  ASSERT_EQ(daemon.failures(), 1U);
  const auto begun = daemon.begin(kRoot, "alice", 2);
  ASSERT_EQ(begun.status, Status::ok);
  EXPECT_EQ(begun.reply.ask, static_cast<std::uint8_t>(Ask::code));
  EXPECT_EQ(begun.reply.digits, 6);
  const auto verified = daemon.verify(kRoot, begun.reply.challenge, daemon.code(), 2);
  ASSERT_EQ(verified.status, Status::ok);
  EXPECT_TRUE(verified.reply.accepted);
  EXPECT_FALSE(verified.held);
  EXPECT_EQ(daemon.failures(), 1U) << "burn now, reset later";
  EXPECT_EQ(daemon.complete(kRoot, verified.reply.verified).status, Status::ok);
  EXPECT_EQ(daemon.failures(), 0U);
}

TEST(Login, RefusalsLookAlike) {
  Daemon daemon;
  Record locked = test::enrolled("bob", 1001);
  locked.lockout.locked_since = test::kNow;
  locked.lockout.locked_until = test::kNow + 1800;
  daemon.storage().put(locked);
  daemon.names().users["carol"] = {1002};
  ASSERT_TRUE(daemon.verify(kRoot, daemon.challenge(1), daemon.code(), 1).reply.accepted);
  const struct {
    const char* name;
    std::string user, answer;
  } table[] = {{"wrong", "alice", daemon.wrong()},
               {"replayed", "alice", daemon.code()},
               {"locked", "bob", daemon.code()},
               {"not enrolled", "carol", daemon.code()},
               {"unknown", "mallory", daemon.code()},
               {"no name at all", "", daemon.code()},
               {"a decoy's name", decoy_name("x"), "123456"}};
  std::uint64_t id = 10;
  for (const auto& row : table) {
    const auto begun = daemon.begin(kRoot, row.user, ++id);
    ASSERT_EQ(begun.status, Status::ok) << row.name;
    EXPECT_EQ(begun.reply.ask, static_cast<std::uint8_t>(Ask::code)) << row.name;
    EXPECT_EQ(begun.reply.digits, 6) << row.name;
    const auto refused = daemon.verify(kRoot, begun.reply.challenge, row.answer, id);
    ASSERT_EQ(refused.status, Status::ok) << row.name;
    EXPECT_FALSE(refused.reply.accepted) << row.name;
    EXPECT_TRUE(refused.reply.verified.empty()) << row.name;
    EXPECT_TRUE(refused.held) << row.name << ": at the same time as all others";
  }
}

TEST(Login, ADecoyIsNeverAccepted) {
  Daemon daemon;
  for (std::uint64_t i = 0; i < kDecoys; ++i) {
    const std::string user = "mallory" + std::to_string(i);
    const Record decoy = daemon.storage().get(decoy_name(user));
    const std::string code = test::code_text(*decoy.active, daemon.clock().wall());
    const auto reply = daemon.verify(kRoot, daemon.challenge(i, user), code, i);
    EXPECT_EQ(reply.status, Status::ok);
    EXPECT_FALSE(reply.reply.accepted) << "though it is the decoy's code";
  }
}

TEST(Login, WithoutACodeOnlyOnThePositiveWord) {
  const struct {
    const char* name;
    const char* user;
    std::optional<SecondFactor> rule;  // for all; without a rule it is optional
    bool nullok;
    Ask ask;
  } table[] = {
      {"enrolled", "alice", {}, true, Ask::code},
      {"not enrolled, nullok", "bob", {}, true, Ask::nothing},
      {"not enrolled", "bob", {}, false, Ask::code},
      {"unknown, nullok", "mallory", {}, true, Ask::code},
      {"exempt", "alice", SecondFactor::exempt, false, Ask::nothing},
      {"unknown, exempt", "mallory", SecondFactor::exempt, true, Ask::code},
      {"required, nullok", "bob", SecondFactor::required, true, Ask::code},
      {"enrol, nullok", "bob", SecondFactor::enrol, true, Ask::code},
      {"optional, nullok", "bob", SecondFactor::optional, true, Ask::nothing},
      {"enforced", "carol", {}, true, Ask::code},
      {"a reused name", "dora", {}, true, Ask::code},
  };
  for (const auto& row : table) {
    Daemon daemon;
    daemon.names().users["carol"] = {1002};
    daemon.names().users["dora"] = {1003};
    Record carol;
    carol.user = "carol";
    carol.uid = 1002;
    carol.enforced = true;
    daemon.storage().put(carol);
    daemon.storage().put(test::enrolled("dora", 999));
    Rule rule;
    rule.second_factor = row.rule.value_or(SecondFactor::optional);
    if (row.rule) daemon.configure([&](Config& config) { config.policy.rules = {rule}; });
    const auto begun = daemon.begin(kRoot, row.user, 1, row.nullok);
    ASSERT_EQ(begun.status, Status::ok) << row.name;
    EXPECT_EQ(begun.reply.ask, static_cast<std::uint8_t>(row.ask)) << row.name;
    EXPECT_EQ(begun.reply.challenge.empty(), row.ask == Ask::nothing) << row.name;
  }
}

TEST(Login, AnAddressIsBelievedFromRootAlone) {
  Daemon daemon;
  Rule exempt;
  exempt.source = {*Network::parse("192.0.2.0/24")};
  exempt.second_factor = SecondFactor::exempt;
  daemon.configure([&](Config& config) { config.policy.rules = {exempt}; });
  EXPECT_EQ(daemon.begin(kRoot, "alice", 1).reply.ask, static_cast<std::uint8_t>(Ask::nothing));
  EXPECT_EQ(daemon.begin(kAlice, "alice", 2).reply.ask, static_cast<std::uint8_t>(Ask::code));
}

TEST(Login, AUserForHimselfAlone) {
  Daemon daemon;
  EXPECT_EQ(daemon.begin(kAlice, "alice", 1).status, Status::ok);
  EXPECT_EQ(daemon.begin(kBob, "alice", 2).status, Status::not_permitted);
  daemon.configure([](Config& config) { config.self_verify = false; });
  EXPECT_EQ(daemon.begin(kAlice, "alice", 3).status, Status::not_permitted);
  EXPECT_EQ(daemon.begin(kRoot, "alice", 4).status, Status::ok);
}

TEST(Login, AChallengeIsItsPeersAndItsRequests) {
  Daemon daemon;
  const std::string challenge = daemon.challenge(1);
  EXPECT_FALSE(daemon.verify(kAlice, challenge, daemon.code(), 1).reply.accepted) << "another peer";
  EXPECT_FALSE(daemon.verify(kRoot, challenge, daemon.code(), 2).reply.accepted) << "another request";
  EXPECT_FALSE(daemon.verify(kRoot, "", daemon.code(), 1).reply.accepted) << "none";
  EXPECT_EQ(daemon.failures(), 0U);
  daemon.clock().advance(kChallengeTtl + 1);
  EXPECT_FALSE(daemon.verify(kRoot, challenge, daemon.code(), 1).reply.accepted) << "too old";
  EXPECT_EQ(daemon.failures(), 0U);
  EXPECT_TRUE(daemon.verify(kRoot, daemon.challenge(1), daemon.code(), 1).reply.accepted) << "nothing was burnt";
}

TEST(Login, ARepeatedRequestHearsTheSame) {
  Daemon daemon;
  const std::string challenge = daemon.challenge(1), code = daemon.code();
  EXPECT_TRUE(daemon.verify(kRoot, challenge, code, 1).reply.accepted);
  EXPECT_TRUE(daemon.verify(kRoot, challenge, code, 1).reply.accepted);
  EXPECT_FALSE(daemon.verify(kRoot, daemon.challenge(2), code, 2).reply.accepted);
}

TEST(Login, CompleteResetsNothingThatCameLater) {
  Daemon daemon;
  daemon.verify(kRoot, daemon.challenge(1), daemon.wrong(), 1);
  const auto verified = daemon.verify(kRoot, daemon.challenge(2), daemon.code(), 2);
  ASSERT_TRUE(verified.reply.accepted);
  daemon.verify(kRoot, daemon.challenge(3), daemon.wrong(), 3);
  EXPECT_EQ(daemon.complete(kRoot, verified.reply.verified).status, Status::ok);
  EXPECT_EQ(daemon.failures(), 2U);
}

TEST(Login, CompleteNeedsAVerifiedChallengeOfThisPeer) {
  Daemon daemon;
  const std::string issued = daemon.challenge(1);
  const auto verified = daemon.verify(kRoot, issued, daemon.code(), 1);
  EXPECT_EQ(daemon.complete(kRoot, issued).status, Status::not_permitted);
  EXPECT_EQ(daemon.complete(kAlice, verified.reply.verified).status, Status::not_permitted);
  EXPECT_EQ(daemon.complete(kRoot, "").status, Status::not_permitted);
  daemon.clock().advance(kChallengeTtl + 1);
  EXPECT_EQ(daemon.complete(kRoot, verified.reply.verified).status, Status::not_permitted);
}

TEST(Login, WhatIsLeftIsToldToRootAlone) {
  Daemon daemon;
  for (std::uint64_t i = 0; i < 2; ++i) {
    const auto reply = daemon.verify(kRoot, daemon.challenge(i), daemon.wrong(), i).reply;
    EXPECT_EQ(reply.attempts_left, i == 0 ? wire::kAttemptsNotTold : 3) << "only where few are left";
  }
  const std::string own(daemon.begin(kAlice, "alice", 5).reply.challenge);
  EXPECT_EQ(daemon.verify(kAlice, own, daemon.wrong(), 5).reply.attempts_left, wire::kAttemptsNotTold);
  EXPECT_EQ(daemon.verify(kRoot, daemon.challenge(6), daemon.wrong(), 6).reply.attempts_left, 1);
  const auto last = daemon.verify(kRoot, daemon.challenge(7), daemon.wrong(), 7).reply;
  EXPECT_TRUE(last.locked);
  EXPECT_EQ(last.attempts_left, wire::kAttemptsNotTold);
}

TEST(Login, SilentNameServicesAreUnavailable) {
  Daemon daemon;
  daemon.names().down = true;
  EXPECT_EQ(daemon.begin(kRoot, "alice", 1).status, Status::unavailable);
  EXPECT_EQ(daemon.begin(kAlice, "alice", 2).status, Status::unavailable);
}

TEST(Login, MessagesThatAreNoneAreBadRequests) {
  Daemon daemon;
  const auto send = [&](wire::Op op, std::function<void(const CallPtr&)> handle) {
    std::vector<std::uint8_t> packet = {wire::kVersion, static_cast<std::uint8_t>(op)};
    const auto id = test::request_id(1);
    packet.insert(packet.end(), std::begin(id.bytes), std::end(id.bytes));
    packet.push_back(0xFF);
    return daemon.ask_raw<wire::Nothing>(kRoot, packet, handle, 1).status;
  };
  EXPECT_EQ(send(wire::Op::begin, [&](const CallPtr& c) { daemon.verifier.begin(c); }), Status::bad_request);
  EXPECT_EQ(send(wire::Op::verify, [&](const CallPtr& c) { daemon.verifier.verify(c); }), Status::bad_request);
  EXPECT_EQ(send(wire::Op::complete, [&](const CallPtr& c) { daemon.verifier.complete(c); }), Status::bad_request);
  EXPECT_EQ(send(wire::Op::check, [&](const CallPtr& c) { daemon.verifier.check(c); }), Status::bad_request);
}

}  // namespace
}  // namespace umbra

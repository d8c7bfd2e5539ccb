// From nothing to a live factor, as the tool asks: setup, confirm, check.
#include <gtest/gtest.h>

#include <string>

#include "daemon/service/enroller.hpp"
#include "daemon/service/registrar.hpp"
#include "daemon/service/verifier.hpp"
#include "tests/support/world.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kBob;
using test::kRoot;
using wire::Status;

struct Daemon : test::World {
  // Ten codes are ten hashes: one test is enough for those.
  Daemon() {
    configure([](Config& config) { config.backup_code_count = 1; });
  }
  ~Daemon() { finish(); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  Judge judge{context()};
  Enroller enroller{context(), judge};
  LoginEnrolment login_enrolment{context()};
  Verifier verifier{context(), judge, login_enrolment};
  Registrar registrar{context()};
  std::uint64_t confirms = 500;

  auto setup(const Peer& peer, const wire::Setup& message) {
    return ask<wire::SetupReply>(peer, message, [this](const CallPtr& call) { enroller.setup(call); });
  }
  auto setup(const Peer& peer, std::string_view answer = {}, bool force = false) {
    wire::Setup message;
    message.user = "alice";
    message.answer = answer;
    message.force = force;
    return setup(peer, message);
  }
  auto confirm(const Peer& peer, std::string_view answer, std::uint64_t id) {
    return ask<wire::CodeReply>(
        peer, wire::Confirm{"alice", answer}, [this](const CallPtr& call) { enroller.confirm(call); }, id);
  }
  auto confirm(const Peer& peer, std::string_view answer) { return confirm(peer, answer, ++confirms); }
  auto check(const Peer& peer, std::string_view answer) {
    return ask<wire::CodeReply>(peer, wire::Check{"alice", answer},
                                [this](const CallPtr& call) { verifier.check(call); });
  }
  auto status(const Peer& peer, std::string_view user = "alice") {
    return ask<wire::UserState>(peer, wire::StatusOf{user}, [this](const CallPtr& call) { registrar.status(call); });
  }
  std::string code_of(const wire::SetupReply& reply, int offset = 0) {
    const auto credential = test::credential(static_cast<wire::Algorithm>(reply.algorithm), reply.digits, reply.period,
                                             test::text(reply.secret));
    return test::code_text(credential, clock().wall(), offset);
  }
};

TEST(Enrolment, SetupThenConfirm) {
  Daemon daemon;
  daemon.configure([](Config& config) { config.backup_code_count = 10; });
  const auto set_up = daemon.setup(kAlice);
  ASSERT_EQ(set_up.status, Status::ok);
  EXPECT_TRUE(set_up.reply.accepted);
  EXPECT_EQ(set_up.reply.secret.size(), 20U) << "160 bits";
  EXPECT_EQ(set_up.reply.issuer, "example.org");
  EXPECT_EQ(set_up.reply.backup_codes.size(), 100U);
  EXPECT_TRUE(daemon.status(kAlice).reply.pending);
  EXPECT_FALSE(daemon.status(kAlice).reply.enabled);
  EXPECT_EQ(daemon.check(kAlice, daemon.code_of(set_up.reply)).status, Status::not_set_up);

  EXPECT_FALSE(daemon.confirm(kAlice, "000000").reply.accepted);
  const auto confirmed = daemon.confirm(kAlice, daemon.code_of(set_up.reply));
  ASSERT_EQ(confirmed.status, Status::ok);
  EXPECT_TRUE(confirmed.reply.accepted && confirmed.reply.has_step);
  const auto state = daemon.status(kAlice).reply;
  EXPECT_TRUE(state.enabled && !state.pending);
  EXPECT_EQ(state.backup_codes_remaining, 10);
  EXPECT_FALSE(daemon.check(kAlice, daemon.code_of(set_up.reply)).reply.accepted) << "confirm burns";
  EXPECT_TRUE(daemon.check(kAlice, daemon.code_of(set_up.reply, 1)).reply.accepted);
  EXPECT_EQ(daemon.confirm(kAlice, daemon.code_of(set_up.reply, 1)).status, Status::already_enabled);
}

TEST(Enrolment, SetupAgainBeforeConfirmationIsAFreshSecret) {
  Daemon daemon;
  const auto first = daemon.setup(kAlice), second = daemon.setup(kAlice);
  EXPECT_NE(test::text(first.reply.secret), test::text(second.reply.secret));
  EXPECT_FALSE(daemon.confirm(kAlice, daemon.code_of(first.reply)).reply.accepted);
  EXPECT_TRUE(daemon.confirm(kAlice, daemon.code_of(second.reply)).reply.accepted);
}

TEST(Enrolment, TheLiveSecretStaysUntilTheNewOneIsConfirmed) {
  Daemon daemon;
  const auto old = daemon.setup(kAlice);
  ASSERT_TRUE(daemon.confirm(kAlice, daemon.code_of(old.reply)).reply.accepted);
  EXPECT_EQ(daemon.setup(kAlice).status, Status::already_enabled) << "a current code is asked for";
  EXPECT_FALSE(daemon.setup(kAlice, "000000").reply.accepted);
  const auto fresh = daemon.setup(kAlice, daemon.code_of(old.reply, 1));
  ASSERT_TRUE(fresh.status == Status::ok && fresh.reply.accepted);
  EXPECT_TRUE(daemon.status(kAlice).reply.enabled && daemon.status(kAlice).reply.pending);
  daemon.clock().advance(60);
  EXPECT_TRUE(daemon.check(kAlice, daemon.code_of(old.reply)).reply.accepted);
  EXPECT_TRUE(daemon.confirm(kAlice, daemon.code_of(fresh.reply)).reply.accepted);
  EXPECT_FALSE(daemon.check(kAlice, daemon.code_of(old.reply, 1)).reply.accepted);
  EXPECT_TRUE(daemon.check(kAlice, daemon.code_of(fresh.reply, 1)).reply.accepted);
}

TEST(Enrolment, ConfirmAskedAgainHearsTheSame) {
  Daemon daemon;
  const auto set_up = daemon.setup(kAlice);
  const std::string code = daemon.code_of(set_up.reply);
  ASSERT_TRUE(daemon.confirm(kAlice, code, 7).reply.accepted);
  const auto again = daemon.confirm(kAlice, code, 7);
  EXPECT_EQ(again.status, Status::ok);
  EXPECT_TRUE(again.reply.accepted);
  EXPECT_FALSE(daemon.confirm(kAlice, daemon.code_of(set_up.reply, 1), 7).reply.accepted) << "another code";
  EXPECT_EQ(daemon.confirm(kAlice, code, 8).status, Status::already_enabled) << "another request";
}

TEST(Enrolment, ForceIsRoots) {
  Daemon daemon;
  const auto old = daemon.setup(kAlice);
  daemon.confirm(kAlice, daemon.code_of(old.reply));
  EXPECT_EQ(daemon.setup(kAlice, "", true).status, Status::not_permitted);
  EXPECT_EQ(daemon.setup(kRoot, "", true).status, Status::ok);
}

TEST(Enrolment, WhatIsOfferedAndWhatNot) {
  const struct {
    std::uint8_t algorithm, digits;
    std::uint32_t period;
    Status status;
  } table[] = {{0, 0, 0, Status::ok},           {1, 6, 30, Status::ok},
               {2, 7, 60, Status::ok},          {3, 8, 86400, Status::ok},
               {4, 6, 30, Status::bad_request}, {1, 5, 30, Status::bad_request},
               {1, 9, 30, Status::bad_request}, {1, 6, 86401, Status::bad_request}};
  Daemon daemon;
  for (const auto& row : table) {
    wire::Setup message;
    message.user = "alice";
    message.algorithm = row.algorithm;
    message.digits = row.digits;
    message.period = row.period;
    EXPECT_EQ(daemon.setup(kAlice, message).status, row.status)
        << int{row.algorithm} << " " << int{row.digits} << " " << row.period;
  }
}

TEST(Enrolment, ForHimselfAlone) {
  Daemon daemon;
  EXPECT_EQ(daemon.setup(kBob).status, Status::not_permitted);
  EXPECT_EQ(daemon.confirm(kBob, "123456").status, Status::not_permitted);
  EXPECT_EQ(daemon.check(kBob, "123456").status, Status::not_permitted);
  EXPECT_EQ(daemon.status(kBob).status, Status::not_permitted);
  EXPECT_EQ(daemon.status(kRoot, "mallory").status, Status::no_such_user);
  EXPECT_EQ(daemon.confirm(kAlice, "123456").status, Status::nothing_pending);
  EXPECT_EQ(daemon.check(kAlice, "123456").status, Status::not_set_up);
}

TEST(Enrolment, AReusedNameBeginsAnew) {
  Daemon daemon;
  Record before = test::enrolled("alice", 999);
  before.enforced = true;
  daemon.storage().put(before);
  EXPECT_FALSE(daemon.status(kAlice).reply.enabled) << "another uid's record is not told";
  ASSERT_EQ(daemon.setup(kAlice).status, Status::ok);
  const Record after = daemon.storage().get("alice");
  EXPECT_EQ(after.uid, 1000U);
  EXPECT_FALSE(after.active.has_value());
  EXPECT_TRUE(after.enforced);
}

TEST(Enrolment, CheckTellsRootWhy) {
  Daemon daemon;
  daemon.storage().put(test::enrolled());
  const std::string wrong = test::wrong_code(test::credential(), test::kNow);
  const auto to_root = daemon.check(kRoot, wrong), to_user = daemon.check(kAlice, wrong);
  EXPECT_EQ(to_root.reply.reason, static_cast<std::uint8_t>(wire::Reason::wrong_code));
  EXPECT_EQ(to_user.reply.reason, static_cast<std::uint8_t>(wire::Reason::unspecified));
  EXPECT_TRUE(to_root.held && to_user.held);
  EXPECT_EQ(daemon.storage().get("alice").lockout.charged, 2U);
}

}  // namespace
}  // namespace umbra

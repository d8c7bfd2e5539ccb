// Who must enrol does it inside the login: begin says so, enrol makes a secret, verify takes its first code.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/whole_daemon.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kRoot;
using wire::Status;

struct Host : test::WholeDaemon {
  Host() { send<wire::Nothing>(kRoot, wire::Enforce{"alice"}); }

  // The challenge of a login that must enrol.
  std::string challenge(std::uint64_t id) {
    const auto begun = begin(kRoot, {.may_enrol = true}, id);
    EXPECT_EQ(begun.reply.ask, static_cast<std::uint8_t>(wire::Ask::enrol));
    return std::string(begun.reply.challenge);
  }
  auto enrol(const std::string& challenge, std::uint64_t id, const Peer& peer = kRoot) {
    return send<wire::EnrolReply>(peer, wire::Enrol{challenge}, id);
  }
  auto verify(const std::string& challenge, std::string_view answer, std::uint64_t id) {
    return send<wire::VerifyReply>(kRoot, wire::Verify{challenge, answer}, id);
  }
  // The code that the app would show for what is pending now.
  std::string pending_code(int offset = 0) {
    return test::code_text(*storage().get("alice").pending, clock().wall(), offset);
  }
  auto status() { return send<wire::UserState>(kRoot, wire::StatusOf{"alice"}).reply; }
};

TEST(LoginEnrolment, FromBeginToComplete) {
  Host host;
  const std::string challenge = host.challenge(1);
  const auto offer = host.enrol(challenge, 1);
  ASSERT_EQ(offer.status, Status::ok);
  EXPECT_EQ(offer.reply.secret.size(), 32U) << "160 bits in base32";
  EXPECT_EQ(offer.reply.uri,
            "otpauth://totp/example.org:alice?secret=" + std::string(offer.reply.secret) + "&issuer=example.org");
  EXPECT_EQ(offer.reply.backup_codes.size(), 100U);
  EXPECT_GT(offer.reply.qr_side, 20);
  EXPECT_FALSE(host.status().enabled) << "nothing is live before the first code";

  const std::string code = host.pending_code();
  const auto verified = host.verify(challenge, code, 1);
  ASSERT_TRUE(verified.reply.accepted);
  EXPECT_TRUE(host.status().enabled && !host.status().pending);
  EXPECT_EQ(host.status().backup_codes_remaining, 10);
  EXPECT_EQ(host.complete(kRoot, verified.reply.verified).status, Status::ok);
  EXPECT_FALSE(host.log_in(kRoot, {}, code).reply.accepted) << "the confirmation code is burnt";
  EXPECT_TRUE(host.log_in(kRoot, {}, offer.reply.backup_codes.substr(0, 9)).reply.accepted);
}

TEST(LoginEnrolment, AnsweredAgainUnderItsIdIsTheSameVerdict) {
  Host host;
  const std::string challenge = host.challenge(1);
  host.enrol(challenge, 1);
  const std::string code = host.pending_code();
  ASSERT_TRUE(host.verify(challenge, code, 1).reply.accepted);
  EXPECT_TRUE(host.verify(challenge, code, 1).reply.accepted);
  EXPECT_FALSE(host.verify(challenge, host.wrong(), 1).reply.accepted);
}

TEST(LoginEnrolment, EachLoginMakesAFreshSecret) {
  Host host;
  const std::string first(host.enrol(host.challenge(1), 1).reply.secret);
  const std::string old_code = host.pending_code();
  const std::string challenge = host.challenge(2);
  EXPECT_NE(std::string(host.enrol(challenge, 2).reply.secret), first);
  EXPECT_FALSE(host.verify(challenge, old_code, 2).reply.accepted);
  EXPECT_TRUE(host.verify(challenge, host.pending_code(), 2).reply.accepted);
}

TEST(LoginEnrolment, WrongFirstCodesAreCharged) {
  Host host;
  const std::string challenge = host.challenge(1);
  host.enrol(challenge, 1);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(host.verify(challenge, "?", 1).reply.accepted);
  EXPECT_TRUE(host.status().locked);
  EXPECT_FALSE(host.verify(challenge, host.pending_code(), 1).reply.accepted);
  EXPECT_EQ(host.begin(kRoot, {.may_enrol = true}, 2).reply.ask, static_cast<std::uint8_t>(wire::Ask::code))
      << "who is locked is asked like anybody";
}

TEST(LoginEnrolment, BackupCodesOfTheOfferDoNotConfirmIt) {
  Host host;
  const std::string challenge = host.challenge(1);
  const auto offer = host.enrol(challenge, 1);
  EXPECT_FALSE(host.verify(challenge, offer.reply.backup_codes.substr(0, 9), 1).reply.accepted);
  EXPECT_FALSE(host.status().enabled);
}

TEST(LoginEnrolment, OnlyWithItsOwnChallenge) {
  Host host;
  const std::string challenge = host.challenge(1);
  const std::string ordinary(host.begin(kRoot, {}, 2).reply.challenge);
  EXPECT_EQ(host.enrol(ordinary, 2).status, Status::not_permitted);
  EXPECT_EQ(host.enrol(challenge, 2).status, Status::not_permitted) << "another id";
  EXPECT_EQ(host.enrol(challenge, 1, kAlice).status, Status::not_permitted) << "another peer";
  host.clock().advance(301);
  EXPECT_EQ(host.enrol(challenge, 1).status, Status::not_permitted) << "too old";
}

TEST(LoginEnrolment, NeverOverALiveFactor) {
  Host host;
  const std::string challenge = host.challenge(1);
  host.storage().put(test::enrolled());
  EXPECT_EQ(host.enrol(challenge, 1).status, Status::already_enabled);
  EXPECT_FALSE(host.verify(challenge, host.wrong(), 1).reply.accepted);
}

TEST(LoginEnrolment, ByTheRuleAlone) {
  Host host;
  host.send<wire::Nothing>(kRoot, wire::Remove{"alice"});
  host.configure([](Config& config) {
    Rule rule;
    rule.service = {"sshd"};
    rule.second_factor = SecondFactor::enrol;
    config.policy.rules = {rule};
  });
  const std::string challenge = host.challenge(1);
  EXPECT_FALSE(host.storage().store().read("alice").value().has_value()) << "a begin creates no row";
  host.enrol(challenge, 1);
  EXPECT_TRUE(host.verify(challenge, host.pending_code(), 1).reply.accepted);
  const auto sudo = host.begin(kRoot, {.user = "bob", .service = "sudo", .may_enrol = true}, 3);
  EXPECT_EQ(sudo.reply.ask, static_cast<std::uint8_t>(wire::Ask::code)) << "the rule is for sshd";
}

}  // namespace
}  // namespace umbra

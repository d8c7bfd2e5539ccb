// What becomes of imported users: their codes, their used ones, what they had before.
#include <gtest/gtest.h>

#include "tests/unit/daemon/service/import_fixture.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kRoot;
using wire::Status;
using Outcome = wire::ImportOutcome;
using Host = test::ImportingDaemon;

TEST(Import, WhoIsImportedLogsIn) {
  Host host;
  EXPECT_EQ(host.import_one(Host::item()), Outcome::imported);
  const Record record = host.storage().get("alice");
  EXPECT_EQ(record.uid, 1000U);
  EXPECT_EQ(record.enrolled_at, test::kNow);
  EXPECT_TRUE(host.accepts(host.code()));
  EXPECT_FALSE(host.accepts(host.code()));
  EXPECT_EQ(host.audited(3).at(0), "import alice umbra-totp  accepted ");
}

TEST(Import, ADryRunSaysTheSameAndChangesNothing) {
  Host host;
  EXPECT_EQ(host.import({Host::item("alice"), Host::item("nobody-here")}, {.dry_run = true}),
            (Host::Outcomes{Outcome::imported, Outcome::no_such_user}));
  EXPECT_FALSE(host.storage().store().read("alice").value().has_value());
  EXPECT_TRUE(host.read_trail().empty());
  EXPECT_EQ(host.import_one(Host::item()), Outcome::imported);
  EXPECT_EQ(host.import_one(Host::item(), {.dry_run = true}), Outcome::exists);
  EXPECT_EQ(host.import_one(Host::item(), {.dry_run = true, .replace = true}), Outcome::imported);
}

TEST(Import, WhatAUserHasStaysUnlessReplaced) {
  Host host;
  Record alice = test::enrolled();
  alice.active = test::credential(wire::Algorithm::sha1, 6, 30, "the secret from before");
  alice.generation = 7;
  alice.bypass.emplace();
  alice.more.resize(2);
  alice.more[0].credential = alice.more[1].credential = test::credential();
  alice.lockout.consecutive = 3;
  host.storage().put(alice);
  EXPECT_EQ(host.import_one(Host::item()), Outcome::exists);
  EXPECT_EQ(test::encoded(host.storage().get("alice")), test::encoded(alice));
  EXPECT_EQ(host.import_one(Host::item(), {.replace = true}), Outcome::imported);
  const Record after = host.storage().get("alice");
  EXPECT_EQ(test::text(after.active->secret.view()), test::kSecretText);
  EXPECT_TRUE(after.more.empty() && !after.bypass && !after.pending);
  EXPECT_EQ(after.generation, 8U) << "challenges from before are worth nothing";
  EXPECT_EQ(after.lockout.consecutive, 3U) << "failures are not forgiven";
}

TEST(Import, APendingSecretIsSomethingToo) {
  Host host;
  Record alice = test::enrolled();
  alice.active.reset();
  alice.pending = test::credential();
  host.storage().put(alice);
  EXPECT_EQ(host.import_one(Host::item()), Outcome::exists);
}

TEST(Import, ARecordOfAnotherUidIsNobodys) {
  Host host;
  host.storage().put(test::enrolled("alice", 4711));
  EXPECT_EQ(host.import_one(Host::item()), Outcome::imported);
  EXPECT_EQ(host.storage().get("alice").uid, 1000U);
}

TEST(Import, UsedStepsAreBurnt) {
  Host host;
  wire::ImportItem item = Host::item();
  item.used = host.used({{Host::today(), wire::UsedStep::kNoCode}, {Host::today() + 1, wire::UsedStep::kNoCode}});
  ASSERT_EQ(host.import_one(item), Outcome::imported);
  EXPECT_FALSE(host.accepts(host.code(0)));
  EXPECT_FALSE(host.accepts(host.code(1)));
  EXPECT_TRUE(host.accepts(host.code(-1)));
}

TEST(Import, AUsedCodeIsFoundInTheStepsAbout) {
  Host host;
  wire::ImportItem item = Host::item();
  // Typed two steps from its own: pam_oath's window was wider.
  item.used = host.used({{Host::today() - 1, static_cast<std::uint32_t>(std::stoul(host.code(1)))}});
  ASSERT_EQ(host.import_one(item), Outcome::imported);
  EXPECT_FALSE(host.accepts(host.code(1)));
  EXPECT_TRUE(host.accepts(host.code(-1))) << "the time alone burns nothing where the code is found";
  EXPECT_TRUE(host.accepts(host.code(0)));
}

TEST(Import, AUsedCodeThatIsFoundNowhereBurnsItsTime) {
  Host host;
  wire::ImportItem item = Host::item();
  item.used = host.used({{Host::today(), static_cast<std::uint32_t>(std::stoul(host.wrong()))}});
  ASSERT_EQ(host.import_one(item), Outcome::imported);
  EXPECT_FALSE(host.accepts(host.code(0)));
  EXPECT_TRUE(host.accepts(host.code(1)));
}

TEST(Import, ACodeThatWasUsedLaterThanNowIsRefused) {
  Host host;
  wire::ImportItem item = Host::item();
  item.used = host.used({{Host::today() + kMaxWindow + 1, wire::UsedStep::kNoCode}});
  EXPECT_EQ(host.import_one(item, {.dry_run = true}), Outcome::imported);
  item.used = host.used({{Host::today() + kMaxWindow + 2, wire::UsedStep::kNoCode}});
  EXPECT_EQ(host.import_one(item), Outcome::in_future);
  EXPECT_FALSE(host.storage().store().read("alice").value().has_value());
}

TEST(Import, AnOlderFileReopensNoCode) {
  Host host;
  ASSERT_EQ(host.import_one(Host::item()), Outcome::imported);
  ASSERT_TRUE(host.accepts(host.code()));
  ASSERT_EQ(host.import_one(Host::item(), {.replace = true}), Outcome::imported);
  EXPECT_FALSE(host.accepts(host.code()));
  EXPECT_TRUE(host.accepts(host.code(1)));
}

TEST(Import, ACredentialKeepsItsWindow) {
  Host host;
  wire::ImportItem item = Host::item();
  item.window = 8;
  ASSERT_EQ(host.import_one(item), Outcome::imported);
  EXPECT_EQ(host.storage().get("alice").active->window, 8);
}

TEST(Import, WaitingForItsFirstCode) {
  Host host;
  wire::ImportItem item = Host::item();
  item.enabled = false;
  item.enforced = true;
  ASSERT_EQ(host.import_one(item), Outcome::imported);
  EXPECT_FALSE(host.storage().get("alice").active.has_value());
  EXPECT_TRUE(host.storage().get("alice").enforced);
  EXPECT_TRUE(host.send<wire::CodeReply>(kRoot, wire::Confirm{"alice", host.code()}).reply.accepted);
}

TEST(Import, WhoMustEnrolHasNoSecretYet) {
  Host host;
  wire::ImportItem item = Host::item();
  item.secret = {};
  EXPECT_EQ(host.import_one(item), Outcome::malformed) << "there is nothing in it";
  item.enforced = true;
  EXPECT_EQ(host.import_one(item), Outcome::imported);
  EXPECT_TRUE(host.storage().get("alice").enforced);
}

TEST(Import, NamesAreCanonical) {
  struct OtherSpelling : Names {
    const Names& real;
    explicit OtherSpelling(const Names& names) : real(names) {}
    [[nodiscard]] tl::expected<std::optional<Account>, int> find_user(std::string_view name) const override {
      return real.find_user(name == "ALICE" ? "alice" : name);
    }
    [[nodiscard]] tl::expected<std::optional<Account>, int> find_uid(uid_t uid) const override {
      return real.find_uid(uid);
    }
    [[nodiscard]] std::vector<std::string> groups_of(const Account& account) const override {
      return real.groups_of(account);
    }
  };
  Host host;
  const OtherSpelling names(host.names());
  Context real = host.context();
  Context context{real.store, real.committer, real.ring,      real.clock,    names,     real.log,      real.settings,
                  real.audit, real.sources,   real.passwords, real.password, real.slow, real.enrolment};
  Importer importer(context);
  std::array<std::uint8_t, 512> room{};
  Writer writer(room);
  const wire::ImportItem item = Host::item("ALICE");
  wire::ImportItem::fields(writer, item);
  wire::Import message;
  message.count = 1;
  message.items = Bytes(room).first(writer.size());
  const auto answered =
      host.ask<wire::ImportReply>(kRoot, message, [&](const CallPtr& call) { importer.import_users(call); });
  ASSERT_EQ(answered.reply.outcomes.size(), 1U);
  EXPECT_EQ(answered.reply.outcomes[0], static_cast<std::uint8_t>(Outcome::other_name));
}

TEST(Import, RootAlone) {
  Host host;
  EXPECT_EQ(host.ask_import(kAlice, {Host::item()}).status, Status::not_permitted);
  EXPECT_FALSE(host.storage().store().read("alice").value().has_value());
}

TEST(Import, NoDirectoryNoVerdict) {
  Host host;
  host.names().down = true;
  EXPECT_EQ(host.ask_import(kRoot, {Host::item()}).status, Status::unavailable);
}

TEST(Import, APacketIsWhole) {
  Host host;
  EXPECT_EQ(host.ask_import(kRoot, {}).status, Status::bad_request);
  EXPECT_EQ(host.ask_import(kRoot, std::vector(129, Host::item())).status, Status::bad_request);
  wire::Import message;
  message.count = 2;
  std::array<std::uint8_t, 512> room{};
  Writer writer(room);
  const wire::ImportItem item = Host::item();
  wire::ImportItem::fields(writer, item);
  message.items = Bytes(room).first(writer.size());
  EXPECT_EQ(host.send<wire::ImportReply>(kRoot, message).status, Status::bad_request) << "one is missing";
  message.count = 1;
  message.items = Bytes(room).first(writer.size() + 1);
  EXPECT_EQ(host.send<wire::ImportReply>(kRoot, message).status, Status::bad_request) << "one byte too many";
}

TEST(Import, NumbersOutOfRangeAreMalformed) {
  Host host;
  const auto bad = [&](auto change) {
    wire::ImportItem item = Host::item();
    change(item);
    EXPECT_EQ(host.import_one(item), Outcome::malformed);
  };
  bad([](auto& item) { item.algorithm = 0; });
  bad([](auto& item) { item.algorithm = 4; });
  bad([](auto& item) { item.digits = 5; });
  bad([](auto& item) { item.digits = 9; });
  bad([](auto& item) { item.period = 0; });
  bad([](auto& item) { item.period = 86401; });
  bad([](auto& item) { item.window = kMaxWindow + 1; });
  bad([](auto& item) { item.scratch = "1234567"; });
  bad([](auto& item) { item.scratch = "1234567!"; });
  bad([](auto& item) { item.used = test::bytes("x"); });
  bad([](auto& item) { item.hashed_codes = test::bytes("x"); });
  EXPECT_FALSE(host.storage().store().read("alice").value().has_value());
}

}  // namespace
}  // namespace umbra

// Status, list, unlock, remove, ping.
#include "daemon/service/registrar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/world.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kBob;
using test::kRoot;
using wire::Status;

struct Daemon : test::World {
  Daemon() = default;
  ~Daemon() { finish(); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  Registrar registrar{context()};

  auto status(const Peer& peer, std::string_view user = "alice") {
    return ask<wire::UserState>(peer, wire::StatusOf{user}, [this](const CallPtr& call) { registrar.status(call); });
  }
  auto unlock(const Peer& peer, std::string_view user) {
    return ask<wire::Nothing>(peer, wire::Unlock{user}, [this](const CallPtr& call) { registrar.unlock(call); });
  }
  auto remove(const Peer& peer, std::string_view user) {
    return ask<wire::Nothing>(peer, wire::Remove{user}, [this](const CallPtr& call) { registrar.remove(call); });
  }
};

TEST(Registrar, UnlockClearsLockAndReservations) {
  Daemon daemon;
  Record alice = test::enrolled();
  alice.lockout.locked_since = test::kNow;
  alice.lockout.locked_until = test::kNow + 1800;
  alice.reservations = {{test::request_id(1), test::kNow}};
  daemon.storage().put(alice);
  const auto locked = daemon.status(kRoot).reply;
  EXPECT_TRUE(locked.locked);
  EXPECT_EQ(locked.locked_until, test::kNow + 1800);
  EXPECT_EQ(daemon.status(kAlice).reply.locked_until, 0) << "told to root alone";
  ASSERT_EQ(daemon.unlock(kRoot, "alice").status, Status::ok);
  EXPECT_FALSE(daemon.status(kRoot).reply.locked);
  EXPECT_TRUE(daemon.storage().get("alice").reservations.empty());
}

TEST(Registrar, RemoveForgets) {
  Daemon daemon;
  daemon.storage().put(test::enrolled());
  daemon.storage().put(test::enrolled("gone-from-the-system", 4000));
  EXPECT_EQ(daemon.remove(kRoot, "alice").status, Status::ok);
  EXPECT_EQ(daemon.remove(kRoot, "gone-from-the-system").status, Status::ok);
  EXPECT_TRUE(daemon.storage().store().empty());
  EXPECT_EQ(daemon.remove(kRoot, "alice").status, Status::not_set_up);
  EXPECT_EQ(daemon.remove(kRoot, "mallory").status, Status::no_such_user);
  for (const std::string& name : {std::string(), decoy_name("x"), std::string("a\nb")})
    EXPECT_EQ(daemon.remove(kRoot, name).status, Status::bad_request);
  EXPECT_TRUE(daemon.storage().get(decoy_name("x")).active.has_value());
}

TEST(Registrar, ListIsPagedAndComplete) {
  Daemon daemon;
  std::vector<Change> batch;
  constexpr int kUsers = 700;
  for (int i = 0; i < kUsers; ++i) {
    const std::string user = "user" + std::to_string(10'000 + i);
    batch.push_back({user,
                     [user](std::optional<Record>& record) {
                       record = test::enrolled(user);
                       return true;
                     },
                     {}});
  }
  ASSERT_TRUE(daemon.storage().store().apply(batch));
  std::vector<std::string> seen;
  std::string after;
  for (bool more = true; more;) {
    const auto page = daemon.ask<wire::ListReply>(kRoot, wire::List{after},
                                                  [&](const CallPtr& call) { daemon.registrar.list(call); });
    ASSERT_EQ(page.status, Status::ok);
    Reader r(page.reply.items);
    for (int i = 0; i < page.reply.count; ++i) {
      wire::UserState state;
      wire::UserState::fields(r, state);
      ASSERT_TRUE(r.ok());
      EXPECT_TRUE(state.enabled);
      seen.emplace_back(state.user);
    }
    ASSERT_TRUE(r.at_end());
    more = page.reply.more;
    after = seen.back();
  }
  ASSERT_EQ(seen.size(), static_cast<std::size_t>(kUsers));
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(Registrar, PingTellsTheVersion) {
  Daemon daemon;
  const auto reply =
      daemon.ask<wire::PingReply>(kBob, wire::Ping{}, [&](const CallPtr& call) { daemon.registrar.ping(call); });
  EXPECT_FALSE(reply.reply.version.empty());
}

}  // namespace
}  // namespace umbra

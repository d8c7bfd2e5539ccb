// Key rotation by the real daemon: killed at any moment, beside changes like a login's, and as others read its result.
// UMBRA_ROTATED: users; UMBRA_KILLS: kills. Where both are given the storm is held to its bar.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include "common/key_messages.hpp"
#include "daemon/crypto/keyring_file.hpp"
#include "daemon/store/lmdb_store.hpp"
#include "tests/integration/daemon/daemon_process.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/records.hpp"

namespace umbra::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using wire::Status;

unsigned number(const char* name, unsigned usual) {
  const char* const wish = std::getenv(name);
  return wish == nullptr ? usual : static_cast<unsigned>(std::strtoul(wish, nullptr, 10));
}
unsigned users() { return number("UMBRA_ROTATED", 1000); }

Record record_of(unsigned n) {
  Record record = enrolled("user" + std::to_string(n), 1000 + n);
  record.active->secret.room()[0] = static_cast<std::uint8_t>(n);
  return record;
}

// The store as a start would find it, while no daemon runs.
class AtRest {
 public:
  explicit AtRest(const DaemonProcess& daemon) : directory_(daemon.path("state")), store_(directory_) {
    bool missing = false;
    auto ring = load_keyring(daemon.path("keyring"), missing);
    if (!ring && missing) ring = create_keyring(daemon.path("keyring"), kNow);
    if (!ring) throw std::runtime_error(ring.error());
    const auto unlocked = store_.unlock(std::make_shared<const KeyRing>(std::move(*ring)), clock_);
    if (!unlocked) throw std::runtime_error(unlocked.error());
  }

  void enrol(unsigned count) {
    for (unsigned first = 0; first < count; first += 200) {
      std::vector<Change> batch;
      for (unsigned n = first; n < count && n < first + 200; ++n)
        batch.push_back({"user" + std::to_string(n),
                         [n](std::optional<Record>& record) {
                           record = record_of(n);
                           return true;
                         },
                         std::nullopt});
      if (const auto done = store_.apply(batch); !done) throw std::runtime_error(done.error());
    }
  }
  // Users whose record is not what it was.
  unsigned damaged(unsigned count) {
    unsigned damaged = 0;
    for (unsigned n = 0; n < count; ++n) {
      const auto record = store_.read("user" + std::to_string(n));
      if (!record || !*record || encoded(**record) != encoded(record_of(n))) ++damaged;
    }
    return damaged;
  }
  [[nodiscard]] bool sealed_by_first() const { return store_.sealed_by_first(); }
  // All tokens of records, as text.
  std::vector<std::string> tokens() {
    static_cast<void>(store_.checkpoint());
    lmdb::Transaction txn(store_.environment(), lmdb::Transaction::Mode::write);
    const lmdb::Database users(txn, "users");
    lmdb::Cursor cursor(txn, users);
    std::vector<std::string> tokens;
    for (auto entry = cursor.at_or_after({}); entry; entry = cursor.next()) tokens.emplace_back(entry->value);
    return tokens;
  }

 private:
  FakeClock clock_{kNow};
  StateDirectory directory_;
  LmdbStore store_;
};

template <class Reply, class Message>
Status asked(const DaemonProcess& daemon, const Message& message, Reply& reply, std::vector<std::uint8_t>& buffer) {
  Status status = Status::unavailable;
  if (ask(daemon, message, status, reply, buffer) != ChannelError::none) return Status::unavailable;
  return status;
}
template <class Reply, class Message>
Status asked(const DaemonProcess& daemon, const Message& message) {
  Reply reply;
  std::vector<std::uint8_t> buffer;
  return asked(daemon, message, reply, buffer);
}

bool settled(const DaemonProcess& daemon) {
  wire::RotationReply reply;
  std::vector<std::uint8_t> buffer;
  return asked(daemon, wire::RotationOf{}, reply, buffer) == Status::ok && reply.settled;
}

bool settles(const DaemonProcess& daemon) {
  for (const auto end = steady_clock::now() + std::chrono::seconds(60); steady_clock::now() < end;) {
    if (settled(daemon)) return true;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return false;
}

TEST(RotationKill, AtAnyMomentEverybodyIsThere) {
  DaemonProcess daemon;
  daemon.write("config.toml", "");
  {
    AtRest(daemon).enrol(users());
  }
  std::minstd_rand random(17);
  unsigned within = 0;
  for (unsigned kill = 0; kill < number("UMBRA_KILLS", 8); ++kill) {
    ASSERT_TRUE(daemon.start()) << daemon.log();
    std::jthread rotate([&] { asked<wire::RotateReply>(daemon, wire::Rotate{}); });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 120'000));
    daemon.signal(SIGKILL);
    ASSERT_EQ(daemon.wait(), 128 + SIGKILL);
    rotate.join();
    AtRest now(daemon);
    EXPECT_EQ(now.damaged(users()), 0U) << kill;
    if (!now.sealed_by_first()) ++within;
  }
  EXPECT_GT(within, 0U) << "no kill came in the middle of a rotation";
  // The next start ends it by itself.
  ASSERT_TRUE(daemon.start()) << daemon.log();
  ASSERT_TRUE(settles(daemon));
  EXPECT_EQ(asked<wire::RetireReply>(daemon, wire::Retire{}), Status::ok);
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  AtRest now(daemon);
  EXPECT_EQ(now.damaged(users()), 0U);
  EXPECT_TRUE(now.sealed_by_first());
  bool missing = false;
  EXPECT_EQ(load_keyring(daemon.path("keyring"), missing)->size(), 1U);
}

// enforce commits as a login does, and is answered as soon as that is durable.
TEST(RotationStorm, ChangesBesideItDoNotWait) {
  DaemonProcess daemon;
  daemon.write("config.toml", "");
  {
    AtRest(daemon).enrol(users() * 2);
  }
  ASSERT_TRUE(daemon.start()) << daemon.log();
  ASSERT_EQ(asked<wire::RotateReply>(daemon, wire::Rotate{}), Status::ok);
  std::atomic<bool> over = false;
  std::vector<std::vector<double>> took(4);
  {
    std::vector<std::jthread> callers;
    const char* const names[] = {"daemon", "bin", "sys", "games"};
    for (std::size_t i = 0; i < took.size(); ++i)
      callers.emplace_back([&, i] {
        do {
          const auto begin = steady_clock::now();
          EXPECT_EQ(asked<wire::Nothing>(daemon, wire::Enforce{names[i]}), Status::ok);
          took[i].push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count());
        } while (!over);
      });
    EXPECT_TRUE(settles(daemon));
    over = true;
  }
  std::vector<double> all;
  for (const auto& some : took) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  const double p99 = all[all.size() * 99 / 100];
  std::printf("beside a rotation of %u records: %zu changes, p50 %.2f ms, p99 %.2f ms\n", users() * 2, all.size(),
              all[all.size() / 2], p99);
  const bool held_to_the_bar = std::getenv("UMBRA_ROTATED") != nullptr && std::getenv("UMBRA_KILLS") != nullptr;
  EXPECT_LT(p99, held_to_the_bar ? 50.0 : 500.0);
  EXPECT_EQ(asked<wire::RetireReply>(daemon, wire::Retire{}), Status::ok);
}

// python3-cryptography, which is none of ours, opens every record with the ring that a rotation left.
TEST(RotationInterop, OtherFernetsOpenTheRecords) {
  DaemonProcess daemon;
  daemon.write("config.toml", "");
  {
    AtRest(daemon).enrol(20);
  }
  ASSERT_TRUE(daemon.start()) << daemon.log();
  ASSERT_EQ(asked<wire::RotateReply>(daemon, wire::Rotate{}), Status::ok);
  ASSERT_TRUE(settles(daemon));
  daemon.signal(SIGTERM);
  ASSERT_EQ(daemon.wait(), 0);
  for (const char* const file : {"both", "first"}) {
    std::string text;
    for (const std::string& token : AtRest(daemon).tokens()) text += token + "\n";
    daemon.write("tokens", text);
    daemon.write("open.py",
                 "import sys\n"
                 "from cryptography.fernet import Fernet, MultiFernet\n"
                 "keys = [k for k in open(sys.argv[1]).read().split('\\n') if k and k[0] != '#']\n"
                 "if sys.argv[3] == 'first': keys = keys[:1]\n"
                 "else: assert len(keys) == 2\n"
                 "ring = MultiFernet([Fernet(k) for k in keys])\n"
                 "plain = [ring.decrypt(t) for t in open(sys.argv[2]).read().split()]\n"
                 "names = [p[3:3 + p[1] + 256 * p[2]] for p in plain if p[3:7] == b'user']\n"
                 "assert len(names) == 20 and len(set(names)) == 20, names\n");
    const std::string command = "/usr/bin/python3 " + daemon.path("open.py") + " " + daemon.path("keyring") + " " +
                                daemon.path("tokens") + " " + file;
    EXPECT_EQ(std::system(command.c_str()), 0) << file;
  }
}

TEST(RotationRefused, WhereTheRingIsACredential) {
  DaemonProcess daemon;
  daemon.write("config.toml", "");
  {
    AtRest(daemon).enrol(1);
  }
  daemon.environment.emplace_back("CREDENTIALS_DIRECTORY", daemon.path(""));
  daemon.environment.back().second.pop_back();
  ASSERT_TRUE(daemon.start()) << daemon.log();
  EXPECT_EQ(asked<wire::RotateReply>(daemon, wire::Rotate{}), Status::keys_read_only);
  EXPECT_TRUE(daemon.says("is a credential of systemd"));
  wire::KeysReply reply;
  std::vector<std::uint8_t> buffer;
  ASSERT_EQ(asked(daemon, wire::KeysOf{}, reply, buffer), Status::ok);
  EXPECT_EQ(reply.count, 1);
}

}  // namespace
}  // namespace umbra::test

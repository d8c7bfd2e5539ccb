// backup, restore and db check of many users by the real tool and daemon: how long it takes, how much memory, and a
// kill at any moment. UMBRA_USERS: how many.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include "daemon/crypto/keyring_file.hpp"
#include "daemon/store/lmdb_store.hpp"
#include "tests/integration/daemon/daemon_process.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/records.hpp"

namespace umbra::test {
namespace {

using std::chrono::steady_clock;

unsigned users() {
  const char* const wish = std::getenv("UMBRA_USERS");
  return wish == nullptr ? 10'000 : static_cast<unsigned>(std::strtoul(wish, nullptr, 10));
}

std::string name(unsigned n) { return "user" + std::to_string(1'000'000 + n); }

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

  void enrol(unsigned from, unsigned to) {
    for (unsigned first = from; first < to; first += 200) {
      std::vector<Change> batch;
      for (unsigned n = first; n < to && n < first + 200; ++n)
        batch.push_back({name(n),
                         [n](std::optional<Record>& record) {
                           record = enrolled(name(n), 1000 + n);
                           record->backup.codes.resize(10);
                           return true;
                         },
                         std::nullopt});
      if (const auto done = store_.apply(batch); !done) throw std::runtime_error(done.error());
    }
  }
  // How many users there are; 0 where a record does not open.
  unsigned count() {
    unsigned count = 0;
    bool whole = true;
    const auto walked = store_.walk("", [&](std::string_view, const Record* record) {
      ++count;
      return whole = whole && record != nullptr;
    });
    return walked && whole ? count : 0;
  }
  void flip(const std::string& user) {
    static_cast<void>(store_.checkpoint());
    lmdb::Transaction txn(store_.environment(), lmdb::Transaction::Mode::write);
    const lmdb::Database records(txn, "users");
    std::string token(records.get(txn, user).value());
    token[token.size() / 2] = token[token.size() / 2] == 'A' ? 'B' : 'A';
    records.put(txn, user, token);
    txn.commit();
  }

 private:
  FakeClock clock_{kNow};
  StateDirectory directory_;
  LmdbStore store_;
};

struct Ran {
  int exit = -1;
  std::string out;
  double seconds = 0;
};

Ran tool(const DaemonProcess& daemon, const std::string& words) {
  const std::string command = std::string(std::getenv("UMBRA_TOTP")) + " --socket " + daemon.path("socket") + " " +
                              words + " >" + daemon.path("out") + " 2>&1";
  const auto begin = steady_clock::now();
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, read_file(daemon.path("out")),
          std::chrono::duration<double>(steady_clock::now() - begin).count()};
}

// Of the process: the most memory that it ever had, in MiB.
unsigned peak(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return static_cast<unsigned>(std::stoul(line.substr(8)) / 1024);
  return 0;
}

TEST(BackupOfMany, IsQuickAndInBoundedMemory) {
  DaemonProcess daemon;
  daemon.write("config.toml", "");
  {
    AtRest(daemon).enrol(0, users());
  }
  ASSERT_TRUE(daemon.start()) << daemon.log();
  const unsigned before = peak(daemon.pid());
  const Ran backup = tool(daemon, "backup " + daemon.path("copy"));
  ASSERT_EQ(backup.exit, 0) << backup.out;
  const Ran restore = tool(daemon, "restore --json " + daemon.path("copy"));
  ASSERT_EQ(restore.exit, 0) << restore.out;
  EXPECT_EQ(restore.out, "{\"users\":" + std::to_string(users()) + ",\"backup_codes_dead\":0,\"gone\":0}\n");
  const Ran check = tool(daemon, "db check");
  EXPECT_EQ(check.exit, 0) << check.out;
  const unsigned grown = peak(daemon.pid()) - before;
  std::printf("%u users: backup %.2f s, restore %.2f s, db check %.2f s; the daemon grew by %u MiB\n", users(),
              backup.seconds, restore.seconds, check.seconds, grown);
  const double per_user = 1e-3;
  EXPECT_LT(backup.seconds, 2 + per_user * users());
  EXPECT_LT(restore.seconds, 5 + per_user * users());
  const char* const sanitized = std::getenv("UMBRA_SANITIZED");
  if (sanitized == nullptr || *sanitized == '\0') {
    EXPECT_LT(grown, 40U);
  }
}

TEST(BackupOfMany, DbCheckNamesAFlippedRecord) {
  DaemonProcess daemon;
  daemon.write("config.toml", "");
  {
    AtRest rest(daemon);
    rest.enrol(0, 50);
    rest.flip(name(17));
  }
  ASSERT_TRUE(daemon.start()) << daemon.log();
  const Ran check = tool(daemon, "db check");
  EXPECT_EQ(check.exit, 1);
  EXPECT_NE(check.out.find(name(17) + ": does not open"), std::string::npos) << check.out;
  const Ran backup = tool(daemon, "backup --json " + daemon.path("copy"));
  EXPECT_EQ(backup.exit, 0);
  EXPECT_NE(backup.out.find("\"users\":49,\"unreadable\":1"), std::string::npos) << backup.out;
  EXPECT_EQ(tool(daemon, "restore " + daemon.path("copy")).exit, 0);
  EXPECT_EQ(tool(daemon, "db check").exit, 0);
}

TEST(RestoreKilled, AtAnyMomentItIsTheOneStateOrTheOther) {
  DaemonProcess daemon;
  daemon.write("config.toml", "");
  {
    AtRest(daemon).enrol(0, 3000);
  }
  ASSERT_TRUE(daemon.start()) << daemon.log();
  ASSERT_EQ(tool(daemon, "backup " + daemon.path("copy")).exit, 0);
  daemon.signal(SIGTERM);
  ASSERT_EQ(daemon.wait(), 0);
  std::minstd_rand random(23);
  unsigned restored = 0, before = 0;
  for (int kill = 0; kill < 12; ++kill) {
    {
      AtRest(daemon).enrol(3000, 3007);
    }
    ASSERT_TRUE(daemon.start()) << daemon.log();
    std::jthread restore([&] { tool(daemon, "restore " + daemon.path("copy")); });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 400'000));
    daemon.signal(SIGKILL);
    ASSERT_EQ(daemon.wait(), 128 + SIGKILL);
    restore.join();
    const unsigned count = AtRest(daemon).count();
    EXPECT_TRUE(count == 3000 || count == 3007) << count;
    ++(count == 3000 ? restored : before);
  }
  std::printf("of 12 restores that were killed %u were done and %u were not\n", restored, before);
  EXPECT_GT(before, 0U);
}

}  // namespace
}  // namespace umbra::test

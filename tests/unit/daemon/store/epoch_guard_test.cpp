// A database that is older than the file beside it says: put back by hand, or another machine's.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "daemon/store/epoch_file.hpp"
#include "tests/support/storage.hpp"

namespace umbra {
namespace {

namespace fs = std::filesystem;
using test::kNow;

// A daemon's starts in one folder.
class Host {
 public:
  Host() { start(); }

  // The line about an older database, or nothing.
  std::string start() {
    stop();
    directory_.emplace(path());
    store_.emplace(*directory_);
    if (const auto unlocked = store_->unlock(test::ring(), clock); !unlocked)
      throw std::runtime_error(unlocked.error());
    const auto older = store_->guard(*directory_, 1);
    if (!older) throw std::runtime_error(older.error());
    return older->value_or("");
  }
  void stop() {
    store_.reset();
    directory_.reset();
  }
  void change(const Mutation& mutate, const std::string& user = "alice") {
    Change batch[] = {{user, mutate, std::nullopt}};
    if (const auto done = store_->apply(batch); !done) throw std::runtime_error(done.error());
  }
  void put(const Record& record) {
    change(
        [&](std::optional<Record>& stored) {
          stored = record;
          return true;
        },
        record.user);
  }
  Record get(const std::string& user = "alice") { return store_->read(user).value().value(); }
  [[nodiscard]] LmdbStore& store() { return *store_; }
  [[nodiscard]] std::string path() const { return dir_.path() + "/state"; }
  [[nodiscard]] std::string file(const std::string& name) const { return path() + "/" + name; }
  void keep_copy() {
    fs::remove_all(copy());
    fs::copy(path(), copy());
  }
  void put_back(std::initializer_list<const char*> names) {
    for (const char* const name : names)
      fs::copy_file(copy() + "/" + name, file(name), fs::copy_options::overwrite_existing);
  }

  test::FakeClock clock{kNow};

 private:
  [[nodiscard]] std::string copy() const { return dir_.path() + "/copy"; }
  test::TempDir dir_{test::folder_in_memory()};
  std::optional<StateDirectory> directory_;
  std::optional<LmdbStore> store_;
};

bool spend_one(std::optional<Record>& record) {
  record->window.spend(time_step(kNow, 30));
  return true;
}

bool burnt(Host& host) { return host.get().window.spent(time_step(kNow, 30)); }

Record with_codes() {
  Record record = test::full_record();
  record.epoch = 0;
  return record;
}

TEST(EpochGuard, IsQuietWhereNothingIsWrong) {
  Host host;
  host.put(with_codes());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(host.start(), "");
    host.change(spend_one);
    ASSERT_TRUE(host.store().checkpoint());
  }
  EXPECT_EQ(host.store().epoch(), Epoch{});
  EXPECT_GT(host.get().backup.remaining(), 0U);
  struct stat status{};
  ASSERT_EQ(stat(host.file("epoch").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(status.st_size, 512);
}

TEST(EpochGuard, ADatabaseOfBeforeGetsItsFile) {
  Host host;
  host.put(with_codes());
  host.stop();
  fs::remove(host.file("epoch"));
  EXPECT_EQ(host.start(), "");
  EXPECT_TRUE(fs::exists(host.file("epoch")));
}

// What somebody does at 3 a.m.: yesterday's files, cp, start.
TEST(EpochGuard, AnOlderDatabasePutBackByHandOpensNothing) {
  Host host;
  host.put(with_codes());
  host.stop();
  host.keep_copy();
  host.start();
  host.change(spend_one);
  host.stop();
  host.put_back({"data.mdb", "journal"});
  host.clock.advance(10);
  EXPECT_NE(host.start().find("an older"), std::string::npos);
  EXPECT_TRUE(burnt(host));
  EXPECT_TRUE(host.get().window.spent(time_step(host.clock.wall(), 30) + 1));
  EXPECT_EQ(host.get().backup.remaining(), 0U);
  EXPECT_FALSE(host.get().bypass);
  EXPECT_TRUE(host.get().pending);
  EXPECT_EQ(host.store().epoch().generation, 1U);
  EXPECT_EQ(host.start(), "") << "told once";
  EXPECT_TRUE(burnt(host));
}

TEST(EpochGuard, ACopyOfTheRunningDatabaseIsOlderToo) {
  Host host;
  host.put(with_codes());
  ASSERT_TRUE(host.store().checkpoint());
  host.keep_copy();
  host.change(spend_one);
  ASSERT_TRUE(host.store().checkpoint());
  host.stop();
  host.put_back({"data.mdb", "journal"});
  EXPECT_NE(host.start().find("an older"), std::string::npos);
  EXPECT_TRUE(burnt(host));
}

TEST(EpochGuard, WhoEnrolsAfterwardsHasBackupCodes) {
  Host host;
  host.put(with_codes());
  host.stop();
  host.keep_copy();
  host.start();
  host.change(spend_one);
  host.stop();
  host.put_back({"data.mdb", "journal"});
  host.start();
  Record bob = with_codes();
  bob.user = "bob";
  host.put(bob);
  host.start();
  EXPECT_GT(host.get("bob").backup.remaining(), 0U);
  EXPECT_EQ(host.get("alice").backup.remaining(), 0U);
}

TEST(EpochGuard, AnotherMachinesDatabaseIsAsOld) {
  Host host, other;
  host.put(with_codes());
  other.put(with_codes());
  for (int i = 0; i < 3; ++i) other.change(spend_one);
  host.stop();
  other.stop();
  for (const char* const name : {"data.mdb", "journal"})
    fs::copy_file(other.file(name), host.file(name), fs::copy_options::overwrite_existing);
  EXPECT_NE(host.start().find("is another"), std::string::npos);
  EXPECT_EQ(host.get().backup.remaining(), 0U);
}

TEST(EpochGuard, AFileThatIsDamagedTellsNothing) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{25}, std::size_t{40}, std::size_t{60}, std::size_t{511}}) {
    Host host;
    host.put(with_codes());
    host.stop();
    std::string bytes = test::read_file(host.file("epoch"));
    ASSERT_EQ(bytes.size(), 512U);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    std::ofstream(host.file("epoch"), std::ios::binary) << bytes;
    EXPECT_NE(host.start(), "") << at;
    EXPECT_EQ(host.get().backup.remaining(), 0U) << at;
    host.stop();
    std::ofstream(host.file("epoch"), std::ios::binary) << "short";
    EXPECT_NE(host.start(), "") << at;
  }
}

// Killed between the database and the file, a start finds the database ahead: nothing is wrong.
TEST(EpochGuard, ADatabaseAheadOfTheFileIsFine) {
  Host host;
  host.put(with_codes());
  host.stop();
  host.keep_copy();
  host.start();
  host.change(spend_one);
  host.stop();
  host.put_back({"epoch"});
  EXPECT_EQ(host.start(), "");
  EXPECT_GT(host.get().backup.remaining(), 0U);
}

// A start needs no room on the disk that it did not have before.
TEST(EpochGuard, AFileThatIsThereIsWrittenOver) {
  Host host;
  host.put(with_codes());
  host.stop();
  struct stat before{}, after{};
  ASSERT_EQ(stat(host.file("epoch").c_str(), &before), 0);
  host.start();
  ASSERT_EQ(stat(host.file("epoch").c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST(EpochGuard, ALinkInItsPlaceIsNotFollowed) {
  Host host;
  host.stop();
  fs::remove(host.file("epoch"));
  fs::create_symlink("/etc/passwd", host.file("epoch"));
  EXPECT_THROW(host.start(), std::runtime_error);
}

}  // namespace
}  // namespace umbra

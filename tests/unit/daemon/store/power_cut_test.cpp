// Power cuts at every write and sync of journal and LMDB: what was acknowledged is there, and nothing is half there.
#include "tests/support/power_cut.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <lmdb.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>

#include "common/descriptor.hpp"
#include "tests/support/storage.hpp"
#include "tests/unit/daemon/store/disk.hpp"

namespace umbra {
namespace {

using test::DiskEvent;
using Kind = DiskEvent::Kind;
using test::Disk;
using test::Files;
using Users = std::map<std::string, std::vector<std::uint8_t>>;

unsigned cuts_wanted() {
  const char* const wanted = std::getenv("UMBRA_CUTS");
  return wanted != nullptr ? static_cast<unsigned>(std::stoul(wanted)) : 1000;
}

// What a user's record goes through; a new deed is one more line.
using Deed = void (*)(std::optional<Record>&, const std::string& user, unsigned step);
void enrol(std::optional<Record>& record, const std::string& user, unsigned) { record = test::enrolled(user); }
const std::vector<Deed> kDeeds = {
    enrol,
    [](auto& r, const auto&, unsigned step) { r->window.spend(5'000'000 + step); },  // verify
    [](auto& r, const auto&, unsigned) { ++r->lockout.charged; },                    // refuse
    [](auto& r, const auto&, unsigned step) { r->lockout.locked_until = step; },     // lock
    [](auto& r, const auto&, unsigned) { r->lockout = {}; },                         // unlock
    [](auto& r, const auto&, unsigned step) { r->backup.codes.resize(10), r->backup.codes[step % 10].used_at = step; },
    [](auto& r, const auto&, unsigned step) { r->bypass.emplace().until = step; },
    [](auto& r, const auto&, unsigned) { r->active.reset(); },  // disable
    [](auto& r, const auto&, unsigned) { r.reset(); },          // remove
};

Users users_of(LmdbStore& store) {
  Users users;
  const auto walked = store.walk("", [&](std::string_view user, const Record* record) {
    users[std::string(user)] = record != nullptr ? test::encoded(*record) : std::vector<std::uint8_t>{};
    return true;
  });
  if (!walked) throw std::runtime_error(walked.error());
  return users;
}

struct History {
  std::vector<DiskEvent> log;
  std::vector<Users> ledger = {{}};  // behind each acknowledgement
  Files last;
};

// Single changes and small batches, checkpoints, clean ends and starts. `hasty`: the answer leaves before the commit.
History work(std::mt19937& dice, bool hasty = false) {
  History run;
  test::TempDir dir(test::folder_in_memory());
  test::FakeClock clock{test::kNow};
  test::disk_log.clear();
  test::logged_folder = dir.path() + "/state";
  std::optional<StateDirectory> directory;
  std::optional<LmdbStore> store;
  const auto start = [&] {
    store.reset();
    directory.reset();
    directory.emplace(test::logged_folder);
    store.emplace(*directory);
    if (const auto done = store->unlock(test::ring(), clock); !done) throw std::runtime_error(done.error());
  };
  unsigned step = 0;
  const auto change = [&] {
    ++step;
    Users then = run.ledger.back();
    std::vector<Change> batch;
    for (unsigned n = 0; n <= dice() % 3; ++n) {
      const std::string user = "user" + std::to_string(dice() % 6);
      const Deed deed = kDeeds[dice() % kDeeds.size()];
      batch.push_back({user,
                       [&then, user, deed, step](std::optional<Record>& record) {
                         record ? deed(record, user, step) : enrol(record, user, step);
                         if (record) ++record->generation;
                         record ? void(then[user] = test::encoded(*record)) : void(then.erase(user));
                         return true;
                       },
                       std::nullopt});
    }
    if (hasty) test::log_acknowledged();
    if (const auto done = store->apply(batch); !done) throw std::runtime_error(done.error());
    if (!hasty) test::log_acknowledged();
    run.ledger.push_back(then);
  };
  start();
  while (step < 60) {
    change();
    if (dice() % 6 == 0) {
      if (dice() % 2 == 0) test::before_commit = change;
      if (!store->checkpoint()) throw std::runtime_error("no checkpoint");
      test::before_commit = nullptr;
    }
    if (dice() % 20 == 0) start();
  }
  store.reset();
  directory.reset();
  for (const char* const name : {"journal", "data.mdb"})
    run.last[name] = test::read_file(dir.path() + "/state/" + name);
  test::logged_folder.clear();
  run.log = std::move(test::disk_log);
  return run;
}

// A machine whose files are changed where they differ only: the journal is large.
class Machine {
 public:
  // What was found wrong; empty: nothing.
  std::string start(const Files& files, const History& run, std::size_t acknowledged) try {
    std::filesystem::create_directories(folder_);
    std::filesystem::remove(folder_ + "/data.mdb");
    std::filesystem::remove(folder_ + "/data.mdb.new");
    std::filesystem::remove(folder_ + "/lock.mdb");
    if (!files.contains("journal")) std::filesystem::remove(folder_ + "/journal");
    for (const auto& [name, bytes] : files)
      name == "journal" ? patch(bytes) : test::write_file(folder_ + "/" + name, bytes);
    StateDirectory directory(folder_);
    const test::FakeClock clock{test::kNow};
    LmdbStore store(directory);
    if (const auto done = store.unlock(test::ring(), clock); !done) return done.error();
    const Users found = users_of(store);
    const bool next = acknowledged + 1 < run.ledger.size() && found == run.ledger[acknowledged + 1];
    return found == run.ledger[acknowledged] || next ? "" : "an acknowledged change is lost, or one is half there";
  } catch (const std::exception& error) {
    return error.what();
  }

 private:
  void patch(const std::string& bytes) {
    const std::string path = folder_ + "/journal";
    std::string there = test::read_file(path);
    if (there.size() != bytes.size()) return test::write_file(path, bytes);
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    for (std::size_t at = 0; at < bytes.size(); at += 4096) {
      const std::size_t size = std::min<std::size_t>(4096, bytes.size() - at);
      if (std::memcmp(there.data() + at, bytes.data() + at, size) == 0) continue;
      if (::pwrite(file.get(), bytes.data() + at, size, static_cast<off_t>(at)) != static_cast<ssize_t>(size))
        throw std::runtime_error("the test cannot write its machine's disk");
    }
  }
  test::TempDir dir_{test::folder_in_memory()};
  std::string folder_ = dir_.path() + "/state";
};

struct Found {
  unsigned cuts = 0, first_bad = 0, bad = 0;
  std::string what;
};

void cut_everywhere(const History& run, unsigned limit, bool stop_at_bad, std::mt19937& dice, Found& found) {
  Machine machine;
  Disk disk;
  std::size_t acknowledged = 0;
  for (const DiskEvent& event : run.log) {
    disk.begin(event);
    for (unsigned mode = 0; mode < 4 && found.cuts < limit; ++mode) {
      ++found.cuts;
      const std::string what = machine.start(disk.cut(mode, dice), run, acknowledged);
      if (what.empty()) continue;
      if (found.bad++ == 0) found.first_bad = found.cuts, found.what = what;
      if (stop_at_bad) return;
    }
    disk.end(event);
    if (event.kind == Kind::acknowledged) ++acknowledged;
  }
}

Found hunt(unsigned limit, bool hasty, bool stop_at_bad) {
  std::mt19937 dice(20'261'201);
  Found found;
  while (found.cuts < limit && !(stop_at_bad && found.bad != 0))
    cut_everywhere(work(dice, hasty), limit, stop_at_bad, dice, found);
  return found;
}

TEST(PowerCut, TheLogIsTheWholeTruth) {
  std::mt19937 dice(1);
  const History run = work(dice);
  Files files;
  for (const DiskEvent& event : run.log) {
    if (event.kind == Kind::renamed)
      files[event.file] = files.extract(event.bytes).mapped();
    else if (!event.bytes.empty())
      test::put(files[event.file], event, 0, event.bytes.size());
  }
  EXPECT_TRUE(files == run.last) << "a write was not seen";
}

TEST(PowerCut, NothingAcknowledgedIsLost) {
  const Found found = hunt(cuts_wanted(), false, false);
  std::printf("%u cuts, %u bad\n", found.cuts, found.bad);
  EXPECT_EQ(found.bad, 0U) << "first at cut " << found.first_bad << ": " << found.what;
}

// The same hunt finds each of these.
void expect_caught(const char* control, bool hasty = false) {
  const Found found = hunt(20'000, hasty, true);
  std::printf("%s: caught at cut %u\n", control, found.first_bad);
  EXPECT_GT(found.bad, 0U) << control;
  test::extra_lmdb_flags = 0;
  test::journal_is_lazy = false;
}
TEST(PowerCutControl, LmdbWithoutSync) {
  test::extra_lmdb_flags = MDB_NOSYNC;
  expect_caught("MDB_NOSYNC");
}
// LMDB's first pages of a commit then wait for the next one, while the journal has gone on over what they stood for.
TEST(PowerCutControl, LmdbWithoutSyncOfItsMeta) {
  test::extra_lmdb_flags = MDB_NOMETASYNC;
  expect_caught("MDB_NOMETASYNC");
}
TEST(PowerCutControl, JournalWithoutSync) {
  test::journal_is_lazy = true;
  expect_caught("journal without O_DSYNC");
}
TEST(PowerCutControl, AnswerBeforeTheCommit) { expect_caught("answer before the commit", true); }

}  // namespace
}  // namespace umbra

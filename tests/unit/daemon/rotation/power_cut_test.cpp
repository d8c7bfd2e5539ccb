// Power cuts at every write, sync and rename while keys rotate, users change, the audit trail is written and backups
// are restored: the daemon starts with the ring that it finds, and what was acknowledged is there. UMBRA_CUTS is the
// number of cuts.
#include "tests/support/power_cut.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include "daemon/store/restoration.hpp"
#include "daemon/store/snapshot.hpp"
#include "tests/unit/daemon/rotation/machine.hpp"
#include "tests/unit/daemon/store/disk.hpp"

namespace umbra::test {
namespace {

constexpr unsigned kUsers = 12, kSteps = 40;
constexpr const char* kEvent = "verify";  // of our entries; the ring's own stand between them

unsigned cuts_wanted() {
  const char* const wanted = std::getenv("UMBRA_CUTS");
  return wanted != nullptr ? static_cast<unsigned>(std::stoul(wanted)) : 1000;
}

// All that a start shows.
struct State {
  std::map<std::string, std::vector<std::uint8_t>> users;
  std::vector<std::string> trail;
  bool operator==(const State&) const = default;
};

State state_of(Machine& machine) {
  State state;
  const auto walked = machine.store().walk("", [&](std::string_view user, const Record* record) {
    state.users[std::string(user)] = record != nullptr ? encoded(*record) : std::vector<std::uint8_t>{};
    return true;
  });
  const auto read = machine.trail().read(0, [&](const wire::TrailEntry& entry) {
    if (entry.event == kEvent) state.trail.emplace_back(entry.service);
    return true;
  });
  if (!walked || !read) throw std::runtime_error(!walked ? walked.error() : read.error());
  return state;
}

Files files_in(const std::string& folder) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = std::filesystem::relative(entry.path(), folder);
    if (entry.is_regular_file() && !entry.path().filename().string().starts_with("lock"))
      files[name] = read_file(entry.path());
  }
  return files;
}

struct History {
  Files first, last;
  std::vector<DiskEvent> log;
  std::vector<State> ledger;  // before the first acknowledgement, and behind each
  unsigned restores = 0;
};

// A daemon's life in which a step is drawn at a time.
class Life {
 public:
  Life(std::mt19937& dice, bool hasty) : dice_(dice), hasty_(hasty) {
    prepare(folder_);
    start();
    machine_->enrol(kUsers);
    run_.ledger.push_back(state_of(*machine_));
    machine_.reset();
    run_.first = files_in(folder_);
    disk_log.clear();
    logged_folder = folder_;
    start();
  }
  History live() {
    for (unsigned step = 0; step < kSteps; ++step) {
      const unsigned drawn = below(15);
      drawn < 6    ? change()
      : drawn < 9  ? write_trail()
      : drawn < 11 ? turn_key()
      : drawn < 12 ? start()
      : drawn < 13 ? back_up()
                   : restore();
    }
    machine_.reset();
    logged_folder.clear();
    run_.last = files_in(folder_);
    run_.log = std::move(disk_log);
    return std::move(run_);
  }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(dice_() % limit); }

  void start() {
    machine_.reset();
    machine_.emplace(folder_);
    machine_->locksmith().resume();
    if (!machine_->settled()) throw std::runtime_error("a rotation does not end");
  }

  // The next state, and what makes it durable.
  template <class Act>
  void acknowledge(State then, Act act) {
    if (hasty_) log_acknowledged();
    act();
    if (!hasty_) log_acknowledged();
    run_.ledger.push_back(std::move(then));
  }
  void change() {
    State then = run_.ledger.back();
    const std::string user = user_name(below(kUsers));
    std::vector<Change> batch = {{user,
                                  [&then, user](std::optional<Record>& record) {
                                    record->window.spend(5'000'000 + ++record->generation);
                                    then.users[user] = encoded(*record);
                                    return true;
                                  },
                                  std::nullopt}};
    acknowledge(then, [&] {
      if (const auto done = machine_->store().apply(batch); !done || batch[0].error)
        throw std::runtime_error("a change was not written");
    });
    run_.ledger.back() = std::move(then);
  }
  void write_trail() {
    State then = run_.ledger.back();
    const unsigned lines = 1 + below(40);
    for (unsigned i = 0; i < lines; ++i) {
      const std::string number = std::to_string(then.trail.size());
      machine_->audit().write({kEvent, user_name(below(kUsers)), number, "", true, wire::Reason::unspecified});
      then.trail.push_back(number);
    }
    acknowledge(std::move(then), [&] { machine_->audit().flush(); });
  }
  // Users change while their records are sealed anew.
  void turn_key() {
    if (machine_->rotate().status != wire::Status::ok) throw std::runtime_error("no rotation");
    for (unsigned n = below(4); n > 0; --n) change();
    if (!machine_->settled()) throw std::runtime_error("a rotation does not end");
    if (below(2) == 0 && machine_->retire().status != wire::Status::ok) throw std::runtime_error("no retirement");
  }
  void back_up() {
    tokens_.clear();
    origin_ = machine_->store().epoch();
    Snapshot(machine_->store()).walk("", [this](std::string_view, std::optional<std::string_view> token) {
      tokens_.emplace_back(token.value());
      return true;
    });
  }
  // Users change while the copies are put aside, and lose nothing by it. Without the key of then nothing is restored.
  void restore() {
    if (tokens_.empty()) back_up();
    Restoration restoration(machine_->store(), origin_, below(2) == 0);
    for (const std::string& token : tokens_)
      if (restoration.add(token) != wire::Obstacle::none) return tokens_.clear();
    for (unsigned n = below(3); n > 0; --n) change();
    if (hasty_) log_acknowledged();
    if (!restoration.commit(1)) throw std::runtime_error("no restore");
    if (!hasty_) log_acknowledged();
    run_.ledger.push_back(state_of(*machine_));
    ++run_.restores;
  }

  std::mt19937& dice_;
  const bool hasty_;
  const TempDir dir_{folder_in_memory()};
  const std::string folder_ = dir_.path() + "/life";
  std::optional<Machine> machine_;
  History run_;
  std::vector<std::string> tokens_;  // of the last backup
  Epoch origin_;
};

// What was found wrong; empty: nothing.
std::string start(const std::string& folder, const Files& files, const History& run, std::size_t acknowledged) try {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/state");
  for (const auto& [name, bytes] : files) write_file(folder + "/" + name, bytes);
  Machine machine(folder);
  const State found = state_of(machine);
  const bool next = acknowledged + 1 < run.ledger.size() && found == run.ledger[acknowledged + 1];
  return found == run.ledger[acknowledged] || next ? "" : "an acknowledged change is lost, or one is half there";
} catch (const std::exception& error) {
  return error.what();
}

struct Found {
  unsigned cuts = 0, first_bad = 0, bad = 0, restores = 0;
  std::string what;
};

void cut_everywhere(const History& run, unsigned limit, bool stop_at_bad, std::mt19937& dice, Found& found) {
  const TempDir dir(folder_in_memory());
  Disk disk(run.first);
  std::size_t acknowledged = 0;
  for (const DiskEvent& event : run.log) {
    disk.begin(event);
    for (unsigned mode = 0; mode < 4 && found.cuts < limit; ++mode) {
      ++found.cuts;
      const std::string what = start(dir.path() + "/after", disk.cut(mode, dice), run, acknowledged);
      if (!what.empty() && found.bad++ == 0) found.first_bad = found.cuts, found.what = what;
      if (stop_at_bad && found.bad != 0) return;
    }
    disk.end(event);
    if (event.kind == DiskEvent::Kind::acknowledged) ++acknowledged;
  }
}

Found hunt(unsigned limit, bool hasty) {
  std::mt19937 dice(20'261'201);
  Found found;
  while (found.cuts < limit && !(hasty && found.bad != 0)) {
    const History run = Life(dice, hasty).live();
    found.restores += run.restores;
    cut_everywhere(run, limit, hasty, dice, found);
  }
  return found;
}

TEST(RotationPowerCut, TheLogIsTheWholeTruth) {
  std::mt19937 dice(1);
  const History run = Life(dice, false).live();
  Disk disk(run.first);
  for (const DiskEvent& event : run.log) {
    disk.begin(event);
    disk.end(event);
  }
  EXPECT_TRUE(disk.cut(1, dice) == run.last) << "a write was not seen";
  EXPECT_TRUE(std::ranges::any_of(run.log, [](const auto& e) { return e.file == "keyring"; })) << "no key was turned";
}

TEST(RotationPowerCut, NothingAcknowledgedIsLost) {
  const Found found = hunt(cuts_wanted(), false);
  std::printf("%u cuts, %u restores, %u bad\n", found.cuts, found.restores, found.bad);
  EXPECT_GT(found.restores, 0U);
  EXPECT_EQ(found.bad, 0U) << "first at cut " << found.first_bad << ": " << found.what;
}

TEST(RotationPowerCutControl, AnswerBeforeTheCommit) {
  const Found found = hunt(20'000, true);
  std::printf("answer before the commit: caught at cut %u\n", found.first_bad);
  EXPECT_GT(found.bad, 0U);
}

}  // namespace
}  // namespace umbra::test

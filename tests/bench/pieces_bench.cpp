// How long each piece of a login takes, by Google Benchmark: the pieces of tests/support/pieces.hpp, which are counted
// as well (tests/instructions/), and those that wait for a disk or for Argon2. Stored is what lies in TMPDIR: name a
// disk.

#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/crypto/argon2.hpp"
#include "daemon/crypto/sodium.hpp"
#include "tests/support/pieces.hpp"
#include "tests/support/storage.hpp"

namespace {

using namespace umbra;
using State = benchmark::State;

std::string user_name(std::size_t n) { return "user" + std::to_string(n); }

// One durable transaction of LMDB alone, as a checkpoint has it.
void lmdb_commit(State& state) {
  const test::TempDir folder;
  const lmdb::Environment env(folder.path(), LmdbStore::kMapSize, 1);
  std::optional<lmdb::Database> users;
  {
    lmdb::Transaction txn(env, lmdb::Transaction::Mode::write);
    users.emplace(txn, "users");
    txn.commit();
  }
  const std::string token = test::ring()->seal(test::encoded(test::usual_record()), test::kNow);
  std::size_t next = 0;
  for (auto _ : state) {
    lmdb::Transaction txn(env, lmdb::Transaction::Mode::write);
    for (std::int64_t i = 0; i < state.range(0); ++i) users->put(txn, user_name(next++ % 10'000), token);
    txn.commit();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// What the committer does with a batch: each record opened, changed and sealed, one durable write of the journal.
void apply(State& state) {
  const test::TempDir folder;
  const test::FakeClock clock(test::kNow);
  const StateDirectory directory(folder.path() + "/state");
  LmdbStore store(directory);
  if (!store.unlock(test::ring(), clock)) return state.SkipWithError("no store");
  std::vector<Change> batch;
  for (std::size_t i = 0; i < static_cast<std::size_t>(state.range(0)); ++i) {
    auto mutate = [i](std::optional<Record>& record) {
      if (!record) record = test::usual_record(user_name(i));
      ++record->generation;
      return true;
    };
    batch.push_back({user_name(i), mutate, std::nullopt});
  }
  bool half_full = false;
  store.on_half_full([&] { half_full = true; });
  for (auto _ : state) {
    if (!store.apply(batch)) return state.SkipWithError("not written");
    if (!half_full) continue;
    state.PauseTiming();  // another thread's work
    half_full = false;
    if (!store.checkpoint()) return state.SkipWithError("no checkpoint");
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void argon2_of_a_backup_code(State& state) {
  const BackupSalt salt{};
  BackupHash hash;
  for (auto _ : state)
    if (!argon2::id("ABCDEFGH", salt, hash)) return state.SkipWithError("no memory");
}

}  // namespace

int main(int argc, char** argv) {
  sodium::init();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("stored in", std::filesystem::temp_directory_path().string());
  for (const test::Piece& piece : test::pieces())
    benchmark::RegisterBenchmark(piece.name.c_str(), [piece](State& state) {
      for (auto _ : state) piece.run();
    });
  benchmark::RegisterBenchmark("lmdb_commit", lmdb_commit)->Arg(1)->Arg(64)->UseRealTime();
  benchmark::RegisterBenchmark("apply", apply)->Arg(1)->Arg(64)->UseRealTime();
  benchmark::RegisterBenchmark("argon2_of_a_backup_code", argon2_of_a_backup_code)->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

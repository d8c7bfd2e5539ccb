// The journal's own file: what is none, what cannot be made or read, and batches that somebody made up.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/crypto/sodium.hpp"
#include "daemon/store/journal.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/daemon/store/faulty_disk.hpp"

namespace umbra {
namespace {

using test::Disk;
using test::disk;

constexpr std::size_t kTitlePage = 4096;

class JournalFile : public testing::Test {
 protected:
  JournalFile() { id.bytes[3] = 7; }
  ~JournalFile() override {
    disk = Disk::works;
    test::reads_fail = false;
  }
  void create() { Journal::create(path(), id); }
  Journal open(std::uint64_t applied = 0) {
    return {path(), id, applied,
            [this](const std::string& user, std::string_view token) { found[user] = std::string(token); }};
  }
  [[nodiscard]] std::string path() const { return folder.path() + "/journal"; }

  // A batch as the daemon writes it: `payload` behind a head whose checksum fits, whatever it says.
  void forge(std::uint32_t count, std::uint32_t payload_size, const std::vector<std::uint8_t>& payload) {
    std::vector<std::uint8_t> batch(36 + payload.size());
    Writer head(batch);
    head.field(std::uint32_t{0x4A544D55});
    head.field(std::uint64_t{1});
    head.field(count);
    head.field(payload_size);
    std::array<std::uint8_t, 16> sum{};
    sodium::generichash({id.bytes, Bytes(batch).first(20), payload}, sum);
    std::ranges::copy(sum, batch.begin() + 20);
    std::ranges::copy(payload, batch.begin() + 36);
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(kTitlePage);
    file.write(reinterpret_cast<const char*>(batch.data()), static_cast<std::streamsize>(batch.size()));
  }

  test::TempDir folder;
  JournalId id;
  Tokens found;
};

TEST_F(JournalFile, BelongsToItsDatabaseAlone) {
  EXPECT_FALSE(Journal::belongs(path(), id)) << "there is none";
  create();
  EXPECT_TRUE(Journal::belongs(path(), id));
  JournalId other;
  EXPECT_FALSE(Journal::belongs(path(), other));
  test::reads_fail = true;
  EXPECT_FALSE(Journal::belongs(path(), id)) << "it cannot be read";
  test::reads_fail = false;
  std::filesystem::resize_file(path(), kTitlePage + Journal::kSegment);
  EXPECT_FALSE(Journal::belongs(path(), id)) << "half of it is gone";
}

TEST_F(JournalFile, WhereItCannotBeMadeReadOrWrittenSaysSo) {
  EXPECT_THROW(open(), std::runtime_error) << "there is none";
  EXPECT_THROW(Journal::create(folder.path() + "/no/journal", id), std::runtime_error);
  for (const Disk failure : {Disk::fails, Disk::full}) {
    disk = failure;
    EXPECT_THROW(create(), std::runtime_error);
  }
  disk = Disk::works;
  create();
  test::reads_fail = true;
  EXPECT_THROW(open(), std::runtime_error);
}

TEST_F(JournalFile, AnInterruptedCallIsAskedAgain) {
  create();
  Journal journal = open();
  disk = Disk::interrupted;
  EXPECT_TRUE(journal.append({{"alice", "token"}}));
  test::reads_interrupted = true;
  open();
  EXPECT_EQ(found, (Tokens{{"alice", "token"}}));
  EXPECT_FALSE(test::reads_interrupted) << "it was";
}

TEST_F(JournalFile, WhatBreaksItsLimitsIsNotWritten) {
  create();
  Journal journal = open();
  EXPECT_FALSE(journal.append({{std::string(301, 'a'), "token"}}));
  EXPECT_FALSE(journal.append({{"alice", std::string(8193, 't')}}));
  while (journal.append({{"alice", std::string(8192, 't')}})) continue;
  EXPECT_FALSE(journal.fits({{"alice", std::string(8192, 't')}}));
  EXPECT_TRUE(journal.turn());
  EXPECT_TRUE(journal.append({{"bob", "token"}}));
}

// The checksum has no key: who can write the file can make one that fits. A batch must be whole all the same.
TEST_F(JournalFile, ABatchIsWholeOrNone) {
  const std::vector<std::uint8_t> one = {1, 0, 'a', 1, 0, 't'};
  const struct {
    const char* name;
    std::uint32_t count, size;
    bool good;
  } table[] = {
      {"as it should be", 1, 6, true},
      {"more changes than there are", 2, 6, false},
      {"fewer changes than there are", 0, 6, false},
      {"very many changes", 0xFFFF'FFFF, 6, false},
      {"a payload longer than the file", 1, 0xFFFF'FFF0, false},
  };
  for (const auto& row : table) {
    create();
    found.clear();
    forge(row.count, row.size, one);
    EXPECT_EQ(open().last(), row.good ? 1U : 0U) << row.name;
    EXPECT_EQ(found.size(), row.good ? 1U : 0U) << row.name;
  }
}

TEST_F(JournalFile, AMarkIsWholeOrRefused) {
  JournalMark mark{id, 42, false};
  const std::string stored = mark.encode();
  EXPECT_EQ(JournalMark::decode(stored).applied, 42U);
  for (std::size_t size = 0; size < stored.size(); ++size)
    EXPECT_THROW(JournalMark::decode(stored.substr(0, size)), std::runtime_error) << size;
  EXPECT_THROW(JournalMark::decode(stored + "x"), std::runtime_error);
}

}  // namespace
}  // namespace umbra

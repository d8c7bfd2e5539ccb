#include "daemon/crypto/keyring.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include "daemon/crypto/keyring_file.hpp"
#include "tests/support/field_cursors.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra {
namespace {

using namespace std::string_literals;
using test::bytes;

const std::string kOne = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=";
const std::string kTwo = "MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjI=";
const std::string kThree = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s=";
constexpr std::int64_t kNow = 1'700'000'000;

KeyRing ring_of(const std::string& text) {
  auto ring = KeyRing::parse(text);
  if (!ring) throw std::runtime_error(ring.error());
  return std::move(*ring);
}
std::string open(const KeyRing& ring, const std::string& token) {
  std::array<std::uint8_t, 64> out{};
  const auto size = ring.open(token, std::nullopt, kNow, out);
  return size ? std::string(test::text(Bytes(out).first(*size))) : "(refused)";
}

TEST(KeyRing, WhatAFileMayHold) {
  const struct {
    const char* name;
    std::string text;
    std::size_t keys;
  } table[] = {
      {"one key", kOne + "\n", 1},
      {"no final line break", kOne, 1},
      {"comments and blank lines", "# first\n\n" + kOne + "\n   \n\t# second\n" + kTwo + "\n\n", 2},
      {"CRLF", "# first\r\n" + kOne + "\r\n\r\n" + kTwo + "\r\n", 2},
      {"indented", "  " + kOne + "\t\n", 1},
      {"a key in a comment is none", "#" + kOne + "\n" + kTwo + "\n", 1},
      {"three", kOne + "\n" + kTwo + "\n" + kThree, 3},
  };
  for (const auto& row : table) {
    const auto ring = KeyRing::parse(row.text);
    ASSERT_TRUE(ring.has_value()) << row.name << ": " << ring.error();
    EXPECT_EQ(ring->size(), row.keys) << row.name;
  }
}

TEST(KeyRing, WhatItMayNot) {
  const std::string standard_alphabet = "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=";
  const struct {
    const char* name;
    std::string text, says;
  } table[] = {
      {"empty", "", "no key"},
      {"comments alone", "# nothing\n\n", "no key"},
      {"duplicate", kOne + "\n" + kTwo + "\n" + kOne + "\n", "line 3"},
      {"bad base64", "# c\n" + std::string(43, '!') + "=\n", "line 2"},
      {"the other alphabet", standard_alphabet, "line 1"},
      {"31 bytes", "\n\n" + "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMQ=="s, "line 3"},
      {"33 bytes", "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTEx", "line 1"},
      {"too short", kOne.substr(0, 40), "line 1"},
      {"no padding", kOne.substr(0, 43), "line 1"},
      {"too long", kOne + "MTEx", "line 1"},
      {"bits behind the last byte", kOne.substr(0, 42) + "F=", "line 1"},
      {"two on a line", kOne + " " + kTwo, "line 1"},
      {"words behind the key", kOne + " # mine", "line 1"},
      {"a NUL byte", kOne.substr(0, 20) + '\0' + kOne.substr(21), "line 1"},
      {"a second bad line", kOne + "\r\n\r\nnonsense\r\n", "line 3"},
      {"a byte order mark", "\xEF\xBB\xBF" + kOne, "line 1"},
  };
  for (const auto& row : table) {
    const auto ring = KeyRing::parse(row.text);
    ASSERT_FALSE(ring.has_value()) << row.name;
    EXPECT_NE(ring.error().find(row.says), std::string::npos) << row.name << ": " << ring.error();
    EXPECT_EQ(ring.error().find('\n'), std::string::npos) << row.name;
  }
}

// Whatever is wrong with a line: its text may be nearly a key.
TEST(KeyRing, ErrorsNeverShowTheLine) {
  for (const std::string& line :
       {kOne + "x", kOne.substr(1), "x" + kOne, kOne + "\n" + kOne, std::string("MTExMTEx")}) {
    const auto ring = KeyRing::parse(line);
    ASSERT_FALSE(ring.has_value());
    EXPECT_EQ(ring.error().find("MTEx"), std::string::npos) << ring.error();
  }
}

TEST(KeyRing, FirstSealsAllOpen) {
  const KeyRing one = ring_of(kOne), two = ring_of(kTwo), both = ring_of(kTwo + "\n" + kOne + "\n");
  const std::string by_one = one.seal(bytes("by one"), kNow), by_both = both.seal(bytes("by both"), kNow);
  EXPECT_EQ(open(both, by_one), "by one");
  EXPECT_EQ(open(two, by_both), "by both");
  EXPECT_EQ(open(one, by_both), "(refused)");
  EXPECT_EQ(open(ring_of(kThree), by_one), "(refused)");
}

TEST(KeyRing, SealsTheSameTextDifferently) {
  const KeyRing ring = ring_of(kOne);
  EXPECT_NE(ring.seal(bytes("x"), kNow), ring.seal(bytes("x"), kNow));
}

TEST(KeyRingFile, MadeOnceForItsOwnerAlone) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/etc/keyring";
  const mode_t mask = umask(0);
  const auto made = create_keyring(path, 1'700'000'000);
  umask(mask);
  ASSERT_TRUE(made.has_value()) << made.error();
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0400U);
  EXPECT_FALSE(readable_by_others(path));

  bool missing = true;
  const auto loaded = load_keyring(path, missing);
  ASSERT_TRUE(loaded.has_value()) << loaded.error();
  EXPECT_FALSE(missing);
  EXPECT_EQ(open(*loaded, made->seal(bytes("x"), kNow)), "x");
}

TEST(KeyRingFile, NeverWrittenOver) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/keyring";
  std::ofstream(path) << "precious";
  const auto made = create_keyring(path, 1'700'000'000);
  ASSERT_FALSE(made.has_value());
  EXPECT_NE(made.error().find(path), std::string::npos);
  EXPECT_EQ(test::read_file(path), "precious");
}

TEST(KeyRingFile, MadeWholeOverWhatACrashLeft) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/keyring";
  std::ofstream(path + ".new") << "half a k";
  ASSERT_TRUE(create_keyring(path, 1'700'000'000).has_value());
  bool missing = true;
  EXPECT_TRUE(load_keyring(path, missing).has_value());
  EXPECT_NE(access((path + ".new").c_str(), F_OK), 0);
}

TEST(KeyRingFile, NeverThroughALink) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/keyring", target = dir.path() + "/elsewhere";
  ASSERT_EQ(symlink(target.c_str(), path.c_str()), 0);
  EXPECT_FALSE(create_keyring(path, 1'700'000'000).has_value());
  EXPECT_NE(access(target.c_str(), F_OK), 0);
}

TEST(KeyRingFile, EachHasAnotherKey) {
  const test::TempDir dir;
  const auto one = create_keyring(dir.path() + "/one", 1), two = create_keyring(dir.path() + "/two", 2);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(open(*two, one->seal(bytes("x"), kNow)), "(refused)");
}

TEST(KeyRingFile, MissingIsTold) {
  const test::TempDir dir;
  bool missing = false;
  EXPECT_FALSE(load_keyring(dir.path() + "/keyring", missing).has_value());
  EXPECT_TRUE(missing);
}

TEST(KeyRingFile, WhatIsThereButNoRingIsNotMissing) {
  const test::TempDir dir;
  const std::string bad = dir.path() + "/bad", huge = dir.path() + "/huge", empty = dir.path() + "/empty";
  std::ofstream(bad) << "# comment\nnonsense\n";
  std::ofstream(huge) << std::string(70'000, '#');
  std::ofstream(empty) << "";
  for (const std::string& path : {bad, huge, empty, dir.path()}) {
    bool missing = true;
    const auto ring = load_keyring(path, missing);
    ASSERT_FALSE(ring.has_value()) << path;
    EXPECT_FALSE(missing) << path;
    EXPECT_NE(ring.error().find(path), std::string::npos) << ring.error();
    EXPECT_EQ(ring.error().find("nonsense"), std::string::npos) << ring.error();
  }
}

TEST(KeyRingFile, ANewKeyComesInFrontAndNothingElseChanges) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/keyring";
  std::ofstream(path) << "# by hand\n" << kOne << "\n  # made 2020-01-01T00:00:00Z\n" << kTwo;
  const KeyRing present = ring_of(kOne + "\n" + kTwo);
  const auto fresh = add_key(path, present, 1'764'547'200);
  ASSERT_TRUE(fresh.has_value()) << fresh.error().line;
  const auto keys = fresh->keys();
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].made, 1'764'547'200);
  EXPECT_EQ(keys[1], (KeyInfo{present.keys()[0].id, 0}));
  EXPECT_EQ(keys[2], (KeyInfo{present.keys()[1].id, 1'577'836'800}));
  const std::string text = test::read_file(path);
  EXPECT_EQ(text.find("# by hand\n# made 2025-12-01T00:00:00Z\n"), 0U) << text;
  EXPECT_NE(text.find("\n" + kOne + "\n  # made 2020-01-01T00:00:00Z\n" + kTwo + "\n"), std::string::npos) << text;
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0400U);
  EXPECT_NE(access((path + ".new").c_str(), F_OK), 0);

  const auto first = keep_first_key(path, *fresh);
  ASSERT_TRUE(first.has_value()) << first.error().line;
  EXPECT_EQ(first->keys(), std::vector<KeyInfo>{keys[0]});
  const std::string left = test::read_file(path);
  EXPECT_EQ(left.find(kOne), std::string::npos);
  EXPECT_EQ(left.find(kTwo), std::string::npos);
  EXPECT_EQ(left.find("2020"), std::string::npos);
  EXPECT_EQ(left.find("# by hand\n"), 0U);
}

TEST(KeyRingFile, OneThatIsNotTheRingInUseIsNotWritten) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/keyring";
  for (const std::string& text : {kTwo, kOne + "\n" + kTwo, kTwo + "\n" + kOne, std::string("nonsense")}) {
    std::ofstream(path) << text;
    for (const auto& result :
         {add_key(path, ring_of(kOne), 1).has_value(), keep_first_key(path, ring_of(kOne)).has_value()})
      EXPECT_FALSE(result) << text;
    EXPECT_EQ(add_key(path, ring_of(kOne), 1).error().kind, RingFailure::Kind::changed);
    EXPECT_EQ(test::read_file(path), text);
  }
}

TEST(KeyRingFile, WhatACrashLeftIsNoObstacle) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/keyring";
  std::ofstream(path) << kOne;
  std::ofstream(path + ".new") << "half";
  EXPECT_TRUE(add_key(path, ring_of(kOne), 1).has_value());
}

TEST(KeyRingFile, OfALinkTheTargetChanges) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/keyring", target = dir.path() + "/elsewhere";
  std::ofstream(target) << kOne;
  ASSERT_EQ(symlink(target.c_str(), path.c_str()), 0);
  ASSERT_TRUE(add_key(path, ring_of(kOne), 1).has_value());
  EXPECT_NE(test::read_file(target), kOne);
  struct stat status{};
  ASSERT_EQ(lstat(path.c_str(), &status), 0);
  EXPECT_TRUE(S_ISLNK(status.st_mode));
}

TEST(KeyRing, ReplacedForAllWhoHoldIt) {
  KeyRing ring = ring_of(kOne);
  const KeyRing& holder = ring;
  const std::string token = holder.seal(bytes("before"), kNow);
  ring.replace(ring_of(kTwo + "\n" + kOne));
  EXPECT_EQ(open(holder, token), "before");
  std::array<std::uint8_t, 64> out;
  EXPECT_EQ(holder.open_by(token, kNow, out)->key, 1U);
  EXPECT_EQ(holder.open_by(holder.seal(bytes("x"), kNow), kNow, out)->key, 0U);
  ring.replace(ring_of(kTwo));
  EXPECT_EQ(open(holder, token), "(refused)");
}

TEST(KeyRing, ReplacedWhileOthersUseIt) {
  KeyRing ring = ring_of(kTwo + "\n" + kOne);
  const std::string token = ring_of(kOne).seal(bytes("x"), kNow);
  std::atomic<bool> over = false;
  std::vector<std::thread> users;
  for (int i = 0; i < 3; ++i)
    users.emplace_back([&] {
      while (!over) EXPECT_EQ(open(ring, token), "x");
    });
  for (int i = 0; i < 200; ++i) ring.replace(ring_of(i % 2 == 0 ? kOne : kTwo + "\n" + kOne));
  over = true;
  for (std::thread& user : users) user.join();
}

TEST(KeyRingFile, TellsWhoElseMayRead) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/keyring";
  std::ofstream(path) << kOne;
  for (const mode_t mode : {0400U, 0600U, 0440U, 0404U, 0410U}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    EXPECT_EQ(readable_by_others(path), (mode & 077) != 0) << std::oct << mode;
  }
}

}  // namespace
}  // namespace umbra

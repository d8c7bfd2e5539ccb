// Records of versions 1 and 2: the bytes of one that a build of that version wrote, which every later build must read.
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "tests/support/records.hpp"

namespace umbra {
namespace {

constexpr std::string_view kVersionOne =
    "010500616c696365e8030000070000000165000000000000006600000000000000011400313233343536373839303132333435363738"
    "393001061e000000404b4c000000000001040000000000000a0b0c0d0e0f101112131415161718196700000000000000024141414141"
    "414141414141414141414141414141414141414141414141414141000000000000000042424242424242424242424242424242424242"
    "42424242424242424242424242c900000000000000010e00616e6f746865722073656372657403083c0000004d4e4f50515253545556"
    "5758595a5b5c680000000000000001434343434343434343434343434343434343434343434343434343434343434300000000000000"
    "00022d010000000000002e01000000000000300100000000000031010000000000000633010000340100000000000035010000000000"
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e010100000000000000000000000000005a910100000000"
    "0000010300000000000000000000000000005a02f501000000000000f601000000000000f70100000000000059020000000000000400"
    "7373686409003139322e302e322e31";

// full_record() as it was then.
constexpr std::string_view kVersionTwo =
    "020500616c696365e803000007000000016500000000000000660000000000000001140031323334353637383930313233343536373839"
    "3001061e000000404b4c000000000001040000000000000a0b0c0d0e0f1011121314151617181967000000000000000a40404040404040"
    "40404040404040404040404040404040404040404040404040c80000000000000000414141414141414141414141414141414141414141"
    "41414141414141414141410000000000000000018181818181818181818181818181818142424242424242424242424242424242424242"
    "424242424242424242424242420000000000000000004343434343434343434343434343434343434343434343434343434343434343cb"
    "00000000000000004444444444444444444444444444444444444444444444444444444444444444000000000000000000454545454545"
    "45454545454545454545454545454545454545454545454545450000000000000000018585858585858585858585858585858546464646"
    "46464646464646464646464646464646464646464646464646464646ce0000000000000000474747474747474747474747474747474747"
    "47474747474747474747474747470000000000000000004848484848484848484848484848484848484848484848484848484848484848"
    "0000000000000000004949494949494949494949494949494949494949494949494949494949494949d100000000000000018989898989"
    "8989898989898989898989010e00616e6f746865722073656372657403083c0000004d4e4f505152535455565758595a5b5c6800000000"
    "00000002000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000001a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
    "a1a1a1a1a1a1a1a1a1a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2bd02000000000000be02000000000000032d010000000000002e01000000"
    "0000002f010000000000003001000000000000310100000000000006330100003401000000000000350100000000000001020304050607"
    "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e020100000000000000000000000000005a910100000000000002000000000000"
    "00000000000000005a9201000000000000010300000000000000000000000000005a02f501000000000000f601000000000000f7010000"
    "00000000590200000000000004007373686409003139322e302e322e31";

std::vector<std::uint8_t> bytes_of(std::string_view hex) {
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  std::vector<std::uint8_t> bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
  return bytes;
}

TEST(RecordVersion, OneIsReadWhole) {
  const auto r = decode_record(bytes_of(kVersionOne));
  ASSERT_TRUE(r.has_value());
  const Record now = test::full_record();
  EXPECT_EQ(r->user, now.user);
  EXPECT_EQ(r->uid, now.uid);
  EXPECT_EQ(r->generation, 7U);
  EXPECT_TRUE(r->enforced);
  EXPECT_EQ(r->created_at, 101);
  EXPECT_EQ(r->enrolled_at, 102);
  ASSERT_TRUE(r->active && r->pending);
  EXPECT_TRUE(std::ranges::equal(r->active->secret.view(), now.active->secret.view()));
  EXPECT_TRUE(std::ranges::equal(r->pending->secret.view(), now.pending->secret.view()));
  EXPECT_EQ(r->pending->algorithm, wire::Algorithm::sha512);
  EXPECT_EQ(r->window, now.window);
  EXPECT_EQ(r->backup.salt, now.backup.salt);
  ASSERT_EQ(r->backup.codes.size(), 2U);
  EXPECT_EQ(r->backup.codes[0].hash.front(), 0x41);
  EXPECT_EQ(r->backup.codes[1].used_at, 201);
  EXPECT_EQ(r->backup.remaining(), 1U);
  ASSERT_EQ(r->pending_backup.codes.size(), 1U);
  EXPECT_EQ(r->pending_backup.codes[0].hash.back(), 0x43);
  EXPECT_EQ(r->lockout.recent_count, 2U);
  EXPECT_EQ(r->lockout.recent[1], 302);
  EXPECT_EQ(r->lockout.charged, 308U);
  EXPECT_EQ(r->lockout.budget, now.lockout.budget);
  ASSERT_EQ(r->reservations.size(), 1U);
  EXPECT_EQ(r->reservations[0].since, 401);
  ASSERT_EQ(r->acceptances.size(), 1U);
  EXPECT_EQ(r->acceptances[0].purpose, Purpose::check);
  EXPECT_EQ(r->acceptances[0].charged, 503U);
  EXPECT_EQ(r->last_success, 601);
  EXPECT_EQ(r->last_service, "sshd");
  EXPECT_EQ(r->last_source, "192.0.2.1");
}

TEST(RecordVersion, OneKnewNeitherBypassNorSaltsOfSingleCodes) {
  const auto r = decode_record(bytes_of(kVersionOne));
  ASSERT_TRUE(r.has_value());
  EXPECT_FALSE(r->bypass.has_value());
  for (const BackupSet* set : {&r->backup, &r->pending_backup})
    for (const BackupCode& code : set->codes) EXPECT_FALSE(code.salt.has_value());
}

TEST(RecordVersion, OneIsWrittenAsTheNewest) {
  const auto old = decode_record(bytes_of(kVersionOne));
  ASSERT_TRUE(old.has_value());
  const auto written = test::encoded(*old);
  ASSERT_EQ(written.size(), kVersionOne.size() / 2 + 3 + 1 + 1 + 2 + 2 + 2 + 1 + 8)
      << "flags for salts and bypass code; an acceptance's device, two windows, two names, the count of further "
         "devices "
         "and the epoch";
  EXPECT_EQ(written.front(), 3);
  const auto again = decode_record(written);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(test::encoded(*again), written);
}

TEST(RecordVersion, OneCutAnywhereOrLongerIsRefused) {
  auto bytes = bytes_of(kVersionOne);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_record(Bytes(bytes).first(size)).has_value()) << size;
  bytes.push_back(0);
  EXPECT_FALSE(decode_record(bytes).has_value());
}

TEST(RecordVersion, TheBytesOfOneAreNotThoseOfAnother) {
  auto bytes = bytes_of(kVersionOne);
  for (const std::uint8_t version : {std::uint8_t{2}, std::uint8_t{3}}) {
    bytes.front() = version;
    EXPECT_FALSE(decode_record(bytes).has_value());
  }
}

TEST(RecordVersion, TwoIsReadWhole) {
  const auto r = decode_record(bytes_of(kVersionTwo));
  ASSERT_TRUE(r.has_value());
  Record now = test::full_record();
  EXPECT_TRUE(r->name.empty() && r->pending_name.empty() && r->more.empty());
  EXPECT_EQ(r->epoch, 0U);
  EXPECT_EQ(r->active->window, 0);
  EXPECT_EQ(r->pending->window, 0);
  // What it did not know taken from today's, the bytes are the same.
  now.name.clear();
  now.pending_name.clear();
  now.more.clear();
  now.epoch = 0;
  now.active->window = now.pending->window = 0;
  now.acceptances[0].device = 0;
  EXPECT_EQ(test::encoded(*r), test::encoded(now));
}

TEST(RecordVersion, TwoCutAnywhereOrLongerIsRefused) {
  auto bytes = bytes_of(kVersionTwo);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_record(Bytes(bytes).first(size)).has_value()) << size;
  bytes.push_back(0);
  EXPECT_FALSE(decode_record(bytes).has_value());
}

}  // namespace
}  // namespace umbra

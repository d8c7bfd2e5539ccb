#include "daemon/service/challenge.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/storage.hpp"

namespace umbra {
namespace {

using Kind = Challenge::Kind;
using test::kNow;

Challenge sample() {
  Challenge challenge;
  challenge.user = "alice";
  challenge.service = "sshd";
  challenge.source = {Source::Kind::address, "192.0.2.1"};
  challenge.uid = 1000;
  challenge.generation = 3;
  challenge.peer_uid = 0;
  challenge.id = test::request_id(9);
  challenge.charged = 4;
  return challenge;
}
bool opens(std::string_view token, std::int64_t now = kNow, Kind kind = Kind::issued, std::uint32_t peer = 0) {
  return open_challenge(*test::ring(), token, {kind}, peer, now).has_value();
}

TEST(Challenge, ComesBackAsItWas) {
  for (const bool decoy : {false, true})
    for (const Kind kind : {Kind::issued, Kind::verified, Kind::enrolling}) {
      Challenge challenge = sample();
      challenge.decoy = decoy;
      challenge.kind = kind;
      const auto back = open_challenge(*test::ring(), seal_challenge(*test::ring(), challenge, kNow), {kind}, 0, kNow);
      ASSERT_TRUE(back.has_value());
      EXPECT_EQ(back->kind, kind);
      EXPECT_EQ(back->decoy, decoy);
      EXPECT_EQ(back->user, "alice");
      EXPECT_EQ(back->service, "sshd");
      EXPECT_EQ(back->source.text, "192.0.2.1");
      EXPECT_EQ(back->source.kind, Source::Kind::address);
      EXPECT_EQ(back->uid, 1000U);
      EXPECT_EQ(back->generation, 3U);
      EXPECT_EQ(back->peer_uid, 0U);
      EXPECT_EQ(back->id, test::request_id(9));
      EXPECT_EQ(back->charged, 4U);
    }
}

TEST(Challenge, LivesFiveMinutes) {
  const std::string token = seal_challenge(*test::ring(), sample(), kNow);
  const struct {
    std::int64_t age;
    bool opens;
  } table[] = {{0, true}, {1, true}, {300, true}, {301, false}, {100'000, false}, {-60, true}, {-61, false}};
  for (const auto& row : table) EXPECT_EQ(opens(token, kNow + row.age), row.opens) << row.age;
}

TEST(Challenge, OfOneOfTheKindsThatAreAskedFor) {
  const std::string token = seal_challenge(*test::ring(), sample(), kNow);
  EXPECT_TRUE(open_challenge(*test::ring(), token, {Kind::enrolling, Kind::issued}, 0, kNow).has_value());
  EXPECT_FALSE(open_challenge(*test::ring(), token, {Kind::enrolling, Kind::verified}, 0, kNow).has_value());
}

TEST(Challenge, OfAnotherKindIsNone) {
  Challenge verified = sample();
  verified.kind = Kind::verified;
  EXPECT_FALSE(opens(seal_challenge(*test::ring(), sample(), kNow), kNow, Kind::verified));
  EXPECT_FALSE(opens(seal_challenge(*test::ring(), verified, kNow), kNow, Kind::issued));
}

TEST(Challenge, OfAnotherPeerIsNone) {
  const std::string token = seal_challenge(*test::ring(), sample(), kNow);
  EXPECT_TRUE(opens(token, kNow, Kind::issued, 0));
  for (const std::uint32_t peer : {1U, 1000U, UINT32_MAX}) EXPECT_FALSE(opens(token, kNow, Kind::issued, peer)) << peer;
}

TEST(Challenge, ChangedAnywhereIsNone) {
  const std::string token = seal_challenge(*test::ring(), sample(), kNow);
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string other = token;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(opens(other)) << at;
    EXPECT_FALSE(opens(token.substr(0, at))) << at;
  }
  EXPECT_FALSE(opens(""));
}

TEST(Challenge, ByAnotherRingIsNone) {
  EXPECT_FALSE(opens(seal_challenge(*test::ring(test::kOtherRingText), sample(), kNow)));
}

TEST(Challenge, ARecordIsNone) {
  std::vector<std::uint8_t> plain(kMaxRecordSize);
  plain.resize(encode_record(test::enrolled(), plain));
  EXPECT_FALSE(opens(test::ring()->seal(plain, kNow)));
  EXPECT_FALSE(opens(test::ring()->seal(test::bytes("umbra-totp record store 1"), kNow)));
}

TEST(Challenge, WeighsTheSameForADecoy) {
  Challenge decoy;
  decoy.decoy = true;
  decoy.user = "alice";
  decoy.service = "sshd";
  decoy.source = {Source::Kind::address, "192.0.2.1"};
  EXPECT_EQ(seal_challenge(*test::ring(), decoy, kNow).size(), seal_challenge(*test::ring(), sample(), kNow).size());
}

TEST(Challenge, LargestFitsIntoItsField) {
  Challenge challenge = sample();
  challenge.user.assign(wire::kMaxUser, 'u');
  challenge.service.assign(wire::kMaxService, 's');
  challenge.source.text.assign(wire::kMaxRhost, 'r');
  const std::string token = seal_challenge(*test::ring(), challenge, kNow);
  EXPECT_LE(token.size(), wire::kMaxToken);
  EXPECT_TRUE(opens(token));
}

}  // namespace
}  // namespace umbra

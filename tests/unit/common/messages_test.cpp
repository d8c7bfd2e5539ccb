// What holds for every message, request or reply: each is walked field by field through its own list.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "common/wire.hpp"
#include "tests/support/field_cursors.hpp"

namespace umbra {
namespace {

using test::bytes;
using wire::Op;
using wire::RequestId;
using wire::Status;

constexpr RequestId kId{
    {0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF}};

template <class M>
struct Request {
  using Message = M;
  static constexpr std::size_t kHeader = 18;
  static std::size_t encode(const M& message, std::span<std::uint8_t> out) {
    return wire::encode_request(message, kId, out);
  }
  static bool decode(Bytes packet, M& message) { return wire::decode_request(packet, message); }
};

template <class M>
struct Reply {
  using Message = M;
  static constexpr std::size_t kHeader = 19;
  static std::size_t encode(const M& message, std::span<std::uint8_t> out) {
    return wire::encode_reply(Op::begin, kId, Status::ok, message, out);
  }
  static bool decode(Bytes packet, M& message) {
    Status status = Status::unavailable;
    return wire::decode_reply(packet, Op::begin, kId, status, message) && status == Status::ok;
  }
};

template <class Codec>
class EveryMessage : public testing::Test {
 protected:
  using Message = typename Codec::Message;

  EveryMessage() { Message::fields(fill_, sample_); }

  static std::string encode(const Message& message) {
    std::array<std::uint8_t, wire::kMaxPacket> out{};
    const std::size_t size = Codec::encode(message, out);
    return std::string(test::text(Bytes(out.data(), size)));
  }
  static bool decodes(const std::string& packet) {
    Message message;
    return Codec::decode(bytes(packet), message);
  }
  static std::string print(const Message& message) {
    test::Print cursor;
    Message::fields(cursor, message);
    return cursor.out();
  }
  [[nodiscard]] test::Layout layout() const {
    test::Layout layout;
    Message::fields(layout, sample_);
    return layout;
  }

  test::Fill fill_;
  Message sample_{};
};

using Codecs = testing::Types<
    Request<wire::Begin>, Request<wire::Verify>, Request<wire::Complete>, Request<wire::Ping>, Request<wire::Setup>,
    Request<wire::Confirm>, Request<wire::Check>, Request<wire::StatusOf>, Request<wire::List>, Request<wire::Unlock>,
    Request<wire::Remove>, Request<wire::Preauth>, Request<wire::Authfail>, Request<wire::Enrol>,
    Request<wire::BackupCodes>, Request<wire::Disable>, Request<wire::Enforce>, Request<wire::Unenforce>,
    Request<wire::Bypass>, Request<wire::TrailOf>, Request<wire::Explain>, Request<wire::KeysOf>, Request<wire::Rotate>,
    Request<wire::RotationOf>, Request<wire::Retire>, Request<wire::BackupBegin>, Request<wire::BackupPage>,
    Request<wire::Restore>, Request<wire::RestorePage>, Request<wire::RestoreEnd>, Request<wire::Inspect>,
    Reply<wire::BackupBegun>, Reply<wire::BackupPageReply>, Reply<wire::RestorePageReply>, Reply<wire::RestoreEndReply>,
    Reply<wire::InspectReply>, Reply<wire::KeysReply>, Reply<wire::RotateReply>, Reply<wire::RotationReply>,
    Reply<wire::RetireReply>, Reply<wire::Nothing>, Reply<wire::BeginReply>, Reply<wire::VerifyReply>,
    Reply<wire::PingReply>, Reply<wire::SetupReply>, Reply<wire::CodeReply>, Reply<wire::UserState>,
    Reply<wire::ListReply>, Reply<wire::PreauthReply>, Reply<wire::EnrolReply>, Reply<wire::ProvenReply>,
    Reply<wire::BypassReply>, Reply<wire::TrailReply>, Reply<wire::ExplainReply>, Request<wire::AddDevice>,
    Request<wire::DevicesOf>, Request<wire::DropDevice>, Reply<wire::AddDeviceReply>, Reply<wire::DevicesReply>,
    Request<wire::Import>, Request<wire::Export>, Reply<wire::ImportItem>, Reply<wire::ImportReply>,
    Reply<wire::ExportReply>, Reply<wire::ExportedDevice>>;
TYPED_TEST_SUITE(EveryMessage, Codecs, );

TYPED_TEST(EveryMessage, ComesBackAsItWas) {
  const std::string packet = this->encode(this->sample_);
  ASSERT_FALSE(packet.empty());
  typename TypeParam::Message back{};
  ASSERT_TRUE(TypeParam::decode(bytes(packet), back));
  EXPECT_EQ(this->print(back), this->print(this->sample_));
  EXPECT_EQ(this->encode(back), packet);
}

TYPED_TEST(EveryMessage, CutAnywhereIsRefused) {
  const std::string packet = this->encode(this->sample_);
  for (std::size_t size = 0; size < packet.size(); ++size) EXPECT_FALSE(this->decodes(packet.substr(0, size))) << size;
}

TYPED_TEST(EveryMessage, OneByteMoreIsRefused) {
  const std::string packet = this->encode(this->sample_);
  EXPECT_FALSE(this->decodes(packet + '\0'));
  EXPECT_FALSE(this->decodes(packet + packet));
}

TYPED_TEST(EveryMessage, AnyOtherHeaderIsRefused) {
  const std::string packet = this->encode(this->sample_);
  ASSERT_TRUE(this->decodes(packet));
  for (std::size_t at = 0; at < 2; ++at)  // version, op
    for (int flip = 1; flip < 256; ++flip) {
      std::string other = packet;
      other[at] = static_cast<char>(other[at] ^ flip);
      EXPECT_FALSE(this->decodes(other)) << at << " " << flip;
    }
}

TYPED_TEST(EveryMessage, TextsKeepTheirLimitWhenWritten) {
  const auto texts = this->layout().texts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string longest(texts[i].limit, 'x');
    const std::string too_long(texts[i].limit + 1, 'x');
    auto message = this->sample_;
    test::Replace fits(i, longest);
    TypeParam::Message::fields(fits, message);
    EXPECT_FALSE(this->encode(message).empty()) << i;
    test::Replace breaks(i, too_long);
    TypeParam::Message::fields(breaks, message);
    EXPECT_TRUE(this->encode(message).empty()) << i;
  }
}

TYPED_TEST(EveryMessage, TextsKeepTheirLimitWhenRead) {
  const std::string packet = this->encode(this->sample_);
  const auto with_size = [&](const test::Layout::Text& text, std::size_t size) {
    std::string other = packet;
    const std::string field = {static_cast<char>(size & 0xFF), static_cast<char>(size >> 8)};
    return other.replace(TypeParam::kHeader + text.at, 2 + text.size, field + std::string(size, 'x'));
  };
  for (const auto& text : this->layout().texts) {
    EXPECT_TRUE(this->decodes(with_size(text, 0))) << text.at;
    EXPECT_TRUE(this->decodes(with_size(text, text.limit))) << text.at;
    EXPECT_FALSE(this->decodes(with_size(text, text.limit + 1))) << text.at;
    EXPECT_FALSE(this->decodes(with_size(text, 0xFFFF))) << text.at;
  }
}

TYPED_TEST(EveryMessage, BooleansAreZeroOrOne) {
  const std::string packet = this->encode(this->sample_);
  for (const std::size_t at : this->layout().bools)
    for (int value = 0; value < 256; ++value) {
      std::string other = packet;
      other[TypeParam::kHeader + at] = static_cast<char>(value);
      EXPECT_EQ(this->decodes(other), value < 2) << at << " " << value;
    }
}

TYPED_TEST(EveryMessage, TooSmallABufferIsAFailure) {
  const std::string packet = this->encode(this->sample_);
  std::array<std::uint8_t, wire::kMaxPacket> out{};
  for (std::size_t size = 0; size < packet.size(); ++size)
    EXPECT_EQ(TypeParam::encode(this->sample_, std::span(out).first(size)), 0U) << size;
  EXPECT_EQ(TypeParam::encode(this->sample_, std::span(out).first(packet.size())), packet.size());
}

TYPED_TEST(EveryMessage, LargestFitsIntoAPacket) {
  auto message = this->sample_;
  const auto texts = this->layout().texts;
  std::deque<std::string> longest;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    test::Replace fill(i, longest.emplace_back(texts[i].limit, 'x'));
    TypeParam::Message::fields(fill, message);
  }
  EXPECT_FALSE(this->encode(message).empty());
}

}  // namespace
}  // namespace umbra

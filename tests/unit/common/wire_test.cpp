// The bytes on the wire, pinned: a module and a daemon of different releases meet during every upgrade.
#include "common/wire.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

#include "tests/support/field_cursors.hpp"

namespace umbra::wire {
namespace {

using test::bytes;

const std::string kIdText = "0123456789abcdef";

RequestId id_of(const std::string& text) {
  RequestId id;
  for (std::size_t i = 0; i < sizeof id.bytes; ++i) id.bytes[i] = static_cast<std::uint8_t>(text[i]);
  return id;
}
std::string u8(unsigned value) { return std::string(1, static_cast<char>(value)); }
std::string little(std::uint64_t value, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += u8((value >> (8 * i)) & 0xFF);
  return out;
}
std::string counted(const std::string& text) { return little(text.size(), 2) + text; }
std::string request_head(unsigned op) { return u8(1) + u8(op) + kIdText; }
std::string reply_head(unsigned op, unsigned status) { return u8(1) + u8(op | 0x80) + kIdText + u8(status); }

template <class Message>
std::string request(const Message& message) {
  std::array<std::uint8_t, kMaxPacket> out{};
  return std::string(test::text(Bytes(out.data(), encode_request(message, id_of(kIdText), out))));
}
template <class Message>
std::string reply(Op op, Status status, const Message& message) {
  std::array<std::uint8_t, kMaxPacket> out{};
  return std::string(test::text(Bytes(out.data(), encode_reply(op, id_of(kIdText), status, message, out))));
}

TEST(Wire, RequestsHaveTheseBytes) {
  Begin begin;
  begin.user = "alice";
  begin.service = "sshd";
  begin.tty = "ssh";
  begin.rhost = "192.0.2.1";
  begin.nullok = true;
  begin.may_enrol = true;
  wire::Setup setup;
  setup.user = "alice";
  setup.answer = "123456";
  setup.algorithm = 2;
  setup.digits = 8;
  setup.period = 60;
  setup.force = true;
  const struct {
    const char* name;
    std::string got, expected;
  } table[] = {
      {"begin", request(begin),
       request_head(1) + counted("alice") + counted("sshd") + counted("ssh") + counted("192.0.2.1") + u8(1) + u8(1)},
      {"verify", request(Verify{"token", "123456"}), request_head(2) + counted("token") + counted("123456")},
      {"complete", request(Complete{"token"}), request_head(3) + counted("token")},
      {"ping", request(Ping{}), request_head(16)},
      {"setup", request(setup),
       request_head(17) + counted("alice") + counted("123456") + u8(2) + u8(8) + little(60, 4) + u8(1)},
      {"confirm", request(Confirm{"alice", "123456"}), request_head(18) + counted("alice") + counted("123456")},
      {"check", request(Check{"alice", "123456"}), request_head(19) + counted("alice") + counted("123456")},
      {"status", request(StatusOf{"alice"}), request_head(20) + counted("alice")},
      {"list", request(List{""}), request_head(21) + counted("")},
      {"unlock", request(Unlock{"alice"}), request_head(22) + counted("alice")},
      {"remove", request(Remove{"alice"}), request_head(23) + counted("alice")},
  };
  for (const auto& row : table) EXPECT_EQ(row.got, row.expected) << row.name;
}

TEST(Wire, RepliesHaveTheseBytes) {
  SetupReply setup;
  setup.user = "alice";
  setup.issuer = "example.org";
  setup.backup_codes = "ABCD-EFGH\n";
  setup.secret = bytes("secret");
  setup.algorithm = 1;
  setup.digits = 6;
  setup.period = 30;
  CodeReply code;
  code.accepted = true;
  code.reason = 2;
  code.has_step = true;
  code.step = 0x123456789;
  code.user = "alice";
  UserState state;
  state.user = "alice";
  state.enabled = state.enforced = state.suspended = true;
  state.backup_codes_remaining = 9;
  state.failures = 3;
  state.locked_until = -1;
  state.last_success = 1'700'000'000;
  ListReply list;
  list.more = true;
  list.count = 2;
  list.items = bytes("items");
  const struct {
    const char* name;
    std::string got, expected;
  } table[] = {
      {"begin", reply(Op::begin, Status::ok, BeginReply{1, 6, "token"}),
       reply_head(1, 0) + u8(1) + u8(6) + counted("token")},
      {"verify", reply(Op::verify, Status::ok, VerifyReply{true, false, 3, "token"}),
       reply_head(2, 0) + u8(1) + u8(0) + u8(3) + counted("token")},
      {"complete", reply(Op::complete, Status::ok, Nothing{}), reply_head(3, 0)},
      {"ping", reply(Op::ping, Status::ok, PingReply{"1.2"}), reply_head(16, 0) + counted("1.2")},
      {"setup", reply(Op::setup, Status::ok, setup),
       reply_head(17, 0) + u8(1) + u8(0) + counted("alice") + counted("example.org") + counted("ABCD-EFGH\n") +
           counted("secret") + u8(1) + u8(6) + little(30, 4)},
      {"check", reply(Op::check, Status::ok, code),
       reply_head(19, 0) + u8(1) + u8(2) + u8(1) + little(0x123456789, 8) + counted("alice")},
      {"status", reply(Op::status, Status::ok, state),
       reply_head(20, 0) + counted("alice") + u8(1) + u8(0) + u8(1) + u8(0) + u8(1) + u8(9) + little(3, 4) +
           little(UINT64_MAX, 8) + little(1'700'000'000, 8)},
      {"list", reply(Op::list, Status::ok, list), reply_head(21, 0) + u8(1) + little(2, 2) + counted("items")},
  };
  for (const auto& row : table) EXPECT_EQ(row.got, row.expected) << row.name;
}

TEST(Wire, NoFieldsBehindAStatusThatIsNotOk) {
  for (unsigned raw = 1; raw <= static_cast<unsigned>(wire::kLastStatus); ++raw) {
    const auto status = static_cast<Status>(raw);
    EXPECT_EQ(reply(Op::ping, status, PingReply{"1.2"}), reply_head(16, raw));
    Status got = Status::ok;
    PingReply back;
    EXPECT_TRUE(decode_reply(bytes(reply_head(16, raw)), Op::ping, id_of(kIdText), got, back));
    EXPECT_EQ(got, status);
    EXPECT_FALSE(decode_reply(bytes(reply_head(16, raw) + counted("1.2")), Op::ping, id_of(kIdText), got, back));
  }
}

TEST(Wire, UnknownStatusIsRefused) {
  for (unsigned raw = static_cast<unsigned>(wire::kLastStatus) + 1; raw < 256; ++raw) {
    Status status = Status::ok;
    Nothing nothing;
    EXPECT_FALSE(decode_reply(bytes(reply_head(3, raw)), Op::complete, id_of(kIdText), status, nothing)) << raw;
  }
}

TEST(Wire, ReplyToAnotherRequestIsRefused) {
  const std::string packet = reply_head(3, 0);
  Status status = Status::unavailable;
  Nothing nothing;
  ASSERT_TRUE(decode_reply(bytes(packet), Op::complete, id_of(kIdText), status, nothing));
  EXPECT_FALSE(decode_reply(bytes(packet), Op::ping, id_of(kIdText), status, nothing)) << "another op";
  for (std::size_t i = 0; i < kIdText.size(); ++i) {
    std::string other = kIdText;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(decode_reply(bytes(packet), Op::complete, id_of(other), status, nothing)) << "byte " << i;
  }
}

TEST(Wire, RequestIsNoReply) {
  Status status = Status::ok;
  Nothing nothing;
  EXPECT_FALSE(decode_reply(bytes(request_head(16) + u8(0)), Op::ping, id_of(kIdText), status, nothing));
  Ping ping;
  EXPECT_FALSE(decode_request(bytes(u8(1) + u8(16 | 0x80) + kIdText), ping));
}

TEST(Wire, HeaderAloneTellsTheRow) {
  RequestHeader header;
  ASSERT_TRUE(decode_header(bytes(request_head(200) + "whatever follows"), header));
  EXPECT_EQ(header.op, 200);
  EXPECT_EQ(header.id, id_of(kIdText));
  EXPECT_FALSE(decode_header(bytes(u8(2) + u8(1) + kIdText), header)) << "another version";
  for (std::size_t size = 0; size < request_head(1).size(); ++size)
    EXPECT_FALSE(decode_header(bytes(request_head(1).substr(0, size)), header)) << size;
}

TEST(Wire, ListedStatesFollowEachOther) {
  std::array<std::uint8_t, 256> out{};
  Writer w(out);
  UserState one, two;
  one.user = "alice";
  two.user = "bob";
  two.locked = true;
  UserState::fields(w, std::as_const(one));
  UserState::fields(w, std::as_const(two));
  Reader r(Bytes(out.data(), w.size()));
  UserState back;
  UserState::fields(r, back);
  EXPECT_EQ(back.user, "alice");
  EXPECT_FALSE(back.locked);
  UserState::fields(r, back);
  EXPECT_EQ(back.user, "bob");
  EXPECT_TRUE(back.locked);
  EXPECT_TRUE(r.ok() && r.at_end());
}

}  // namespace
}  // namespace umbra::wire

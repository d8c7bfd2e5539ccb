#include "daemon/service/call.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/records.hpp"

namespace umbra {
namespace {

struct Sent {
  wire::Status status{};
  bool held = false;
};

// A ping by root whose replies are collected.
struct Ping {
  std::mutex mutex;
  std::vector<Sent> sent;
  CallPtr call;

  Ping() {
    std::array<std::uint8_t, 64> packet{};
    const std::size_t size = wire::encode_request(wire::Ping{}, test::request_id(1), packet);
    wire::RequestHeader header;
    EXPECT_TRUE(wire::decode_header(Bytes(packet).first(size), header));
    call = std::make_shared<Call>(Peer{0}, Bytes(packet).first(size), header, [this](Bytes reply, bool held) {
      Sent one;
      one.held = held;
      wire::PingReply message;
      EXPECT_TRUE(wire::decode_reply(reply, wire::Op::ping, test::request_id(1), one.status, message));
      const std::lock_guard lock(mutex);
      sent.push_back(one);
    });
  }
};

TEST(Call, TheFirstAnswerCounts) {
  Ping ping;
  ping.call->reply(wire::PingReply{"1"});
  ping.call->refuse(wire::PingReply{"2"});
  ping.call->fail(wire::Status::unavailable);
  ping.call.reset();
  ASSERT_EQ(ping.sent.size(), 1U);
  EXPECT_EQ(ping.sent[0].status, wire::Status::ok);
  EXPECT_FALSE(ping.sent[0].held);
}

TEST(Call, OneAnswerThoughManyThreadsGiveOne) {
  Ping ping;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { ping.call->reply(wire::PingReply{"1"}); });
  }
  EXPECT_EQ(ping.sent.size(), 1U);
}

TEST(Call, RefusalsAreHeld) {
  Ping ping;
  ping.call->refuse(wire::PingReply{"1"});
  ASSERT_EQ(ping.sent.size(), 1U);
  EXPECT_TRUE(ping.sent[0].held);
}

TEST(Call, OneThatGetsLostIsUnavailable) {
  Ping ping;
  ping.call.reset();
  ASSERT_EQ(ping.sent.size(), 1U);
  EXPECT_EQ(ping.sent[0].status, wire::Status::unavailable);
}

TEST(Call, ReadsOnlyItsOwnMessage) {
  Ping ping;
  wire::Ping same;
  wire::Complete other;
  EXPECT_TRUE(ping.call->read(same));
  EXPECT_FALSE(ping.call->read(other));
}

}  // namespace
}  // namespace umbra

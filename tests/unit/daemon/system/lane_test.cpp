#include "daemon/system/lane.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

namespace umbra {
namespace {

TEST(Lane, RunsEverythingBeforeItGoes) {
  std::atomic<int> ran = 0;
  {
    Lane lane(3, 1000, nullptr);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(lane.post([&ran] { ++ran; }));
  }
  EXPECT_EQ(ran, 1000);
}

TEST(Lane, RefusesWhatDoesNotFit) {
  std::promise<void> release, started;
  std::atomic<int> ran = 0;
  {
    Lane lane(1, 2, nullptr);
    ASSERT_TRUE(lane.post([&] {
      started.set_value();
      release.get_future().wait();
    }));
    started.get_future().wait();
    EXPECT_TRUE(lane.post([&ran] { ++ran; }));
    EXPECT_TRUE(lane.post([&ran] { ++ran; }));
    EXPECT_FALSE(lane.post([&ran] { ++ran; }));
    release.set_value();
  }
  EXPECT_EQ(ran, 2);
}

TEST(Lane, OutlivesAJobThatThrows) {
  std::string heard;
  std::atomic<int> ran = 0;
  {
    Lane lane(1, 10, [&heard](const std::string& error) { heard = error; });
    ASSERT_TRUE(lane.post([] { throw std::runtime_error("no memory"); }));
    ASSERT_TRUE(lane.post([&ran] { ++ran; }));
  }
  EXPECT_EQ(heard, "no memory");
  EXPECT_EQ(ran, 1);
}

// Three lookups that hang for good, but for the job that waits behind them.
TEST(Lane, ReservesHelpWhereTheOthersHang) {
  Lane lane(1, 10, nullptr, 3);
  for (const auto pause : {std::chrono::milliseconds(0), std::chrono::milliseconds(1200)}) {  // then it is asleep
    std::this_thread::sleep_for(pause);
    std::promise<void> last, done[3];
    const auto released = last.get_future().share();
    for (auto& end : done)
      ASSERT_TRUE(lane.post([&] {
        released.wait();
        end.set_value();
      }));
    ASSERT_TRUE(lane.post([&] { last.set_value(); }));
    ASSERT_EQ(released.wait_for(std::chrono::seconds(20)), std::future_status::ready);
    for (auto& end : done) end.get_future().wait();
  }
}

TEST(Lane, ReservesEndWithTheirJobsDone) {
  std::promise<void> release;
  const auto released = release.get_future().share();
  std::atomic<int> ran = 0;
  {
    Lane lane(1, 1000, nullptr, 2);
    for (int i = 0; i < 1000; ++i)
      ASSERT_TRUE(lane.post([&, i] {
        if (i == 0) released.wait();
        ++ran;
      }));
    release.set_value();
  }
  EXPECT_EQ(ran, 1000);
}

}  // namespace
}  // namespace umbra

#include "daemon/system/lane.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>

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

}  // namespace
}  // namespace umbra

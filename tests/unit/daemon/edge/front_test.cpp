#include "daemon/edge/front.hpp"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>

namespace umbra {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
constexpr std::chrono::seconds kLong{20};

// A loop that runs until the test ends.
class FrontTest : public testing::Test {
 protected:
  ~FrontTest() override { finish(); }
  void finish() {
    if (!thread_.joinable()) return;
    loop_.stop();
    thread_.join();
  }

  // Runs `work` on the loop's thread, as soon as the front takes any. The front may need a moment to take its places,
  // and some after work that was slow.
  template <class Work>
  void begin_here(Work work) {
    asio::post(loop_, [this, work] {
      if (front_.try_here(work)) return;
      std::this_thread::sleep_for(milliseconds(1));
      begin_here(work);
    });
  }
  // What `ask` returns on the loop's thread.
  template <class Ask>
  auto on_loop(Ask ask) {
    std::promise<decltype(ask())> answer;
    asio::post(loop_, [&] { answer.set_value(ask()); });
    auto future = answer.get_future();
    if (future.wait_for(kLong) != std::future_status::ready) throw std::runtime_error("the loop is held up");
    return future.get();
  }
  bool takes_work() {
    return on_loop([this] { return front_.try_here([] {}); });
  }

  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_ = asio::make_work_guard(loop_);
  Front front_{loop_};
  std::thread thread_{[this] { front_.run(); }};
};

TEST_F(FrontTest, ShortWorkStaysOnTheThreadOfTheLoop) {
  std::promise<std::thread::id> done;
  begin_here([&] { done.set_value(std::this_thread::get_id()); });
  auto future = done.get_future();
  ASSERT_EQ(future.wait_for(kLong), std::future_status::ready);
  EXPECT_EQ(future.get(), on_loop([] { return std::this_thread::get_id(); }));
}

// Also after the second thread has gone to sleep, and again with the two in each other's places.
TEST_F(FrontTest, TheLoopGoesOnWhereWorkHangs) {
  for (const auto pause : {milliseconds(0), milliseconds(1200), milliseconds(2400)}) {
    std::this_thread::sleep_for(pause);
    std::promise<void> release, ended;
    std::promise<std::thread::id> hanging;
    begin_here([&] {
      hanging.set_value(std::this_thread::get_id());
      release.get_future().wait();
      ended.set_value();
    });
    auto future = hanging.get_future();
    ASSERT_EQ(future.wait_for(kLong), std::future_status::ready);
    const auto held_up = future.get();
    EXPECT_NE(on_loop([] { return std::this_thread::get_id(); }), held_up);
    EXPECT_FALSE(takes_work()) << "nobody could take over";
    release.set_value();
    ended.get_future().wait();
    EXPECT_NE(on_loop([] { return std::this_thread::get_id(); }), held_up) << "two lead";
  }
}

TEST_F(FrontTest, AfterSlowWorkTheLoopKeepsItsThreadForAWhile) {
  std::promise<void> ended;
  begin_here([&] {
    std::this_thread::sleep_for(Front::kPatience * 20);
    ended.set_value();
  });
  ended.get_future().wait();
  EXPECT_FALSE(takes_work());
  const auto before = Front::Clock::now();
  std::promise<void> again;
  begin_here([&] { again.set_value(); });
  ASSERT_EQ(again.get_future().wait_for(kLong), std::future_status::ready);
  EXPECT_GT(Front::Clock::now() - before, Front::kAway / 2);
}

// Each too short to be relieved, but all of them together would make a slow loop.
TEST_F(FrontTest, ManyPiecesOfModeratelySlowWorkGoToTheLaneAsWell) {
  begin_here([] {});
  int taken = 0;
  const auto slow = [] { std::this_thread::sleep_for(milliseconds(2)); };
  while (taken < 1000 && on_loop([&] { return front_.try_here(slow); })) ++taken;
  EXPECT_LT(taken, 200);
}

TEST_F(FrontTest, EndsWithWorkUnderWay) {
  std::promise<void> begun, release;
  begin_here([&] {
    begun.set_value();
    release.get_future().wait();
  });
  begun.get_future().wait();
  loop_.stop();
  release.set_value();
  finish();
}

TEST(Front, ThrowsWhatAHandlerThrows) {
  asio::io_context loop(1);
  Front front(loop);
  asio::post(loop, [] { throw std::runtime_error("no memory"); });
  EXPECT_THROW(front.run(), std::runtime_error);
}

TEST(Front, EndsWithoutWork) {
  asio::io_context loop(1);
  Front front(loop);
  int ran = 0;
  asio::post(loop, [&] { ++ran; });
  front.run();
  EXPECT_EQ(ran, 1);
}

// Handlers share plain memory: ThreadSanitizer sees a second one that runs beside the first.
TEST_F(FrontTest, OneHandlerAtATime) {
  constexpr int kHandlers = 20000;
  int ran = 0;
  std::promise<void> done;
  std::function<void()> next = [&] {
    if (++ran == kHandlers) return done.set_value();
    asio::post(loop_, next);
    const bool hang = ran % 1000 == 0;
    (void)front_.try_here([hang] {
      if (hang) std::this_thread::sleep_for(Front::kPatience * 2);
    });
  };
  asio::post(loop_, next);
  ASSERT_EQ(done.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  finish();
  EXPECT_EQ(ran, kHandlers);
}

}  // namespace
}  // namespace umbra

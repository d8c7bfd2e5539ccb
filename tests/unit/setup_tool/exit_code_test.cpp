#include "setup_tool/exit_code.hpp"

#include <gtest/gtest.h>

#include "setup_tool/client.hpp"

namespace umbra {
namespace {

using wire::Status;

TEST(ExitCode, NumbersAreTheContract) {
  EXPECT_EQ(static_cast<int>(Exit::done), 0);
  EXPECT_EQ(static_cast<int>(Exit::refused), 1);
  EXPECT_EQ(static_cast<int>(Exit::usage), 2);
  EXPECT_EQ(static_cast<int>(Exit::wrong_state), 3);
  EXPECT_EQ(static_cast<int>(Exit::unavailable), 4);
  EXPECT_EQ(static_cast<int>(Exit::not_permitted), 5);
  EXPECT_EQ(static_cast<int>(Exit::bad_file), 6);
}

TEST(ExitCode, OfEachStatus) {
  EXPECT_EQ(exit_of(Status::ok), Exit::done);
  EXPECT_EQ(exit_of(Status::bad_request), Exit::usage);
  EXPECT_EQ(exit_of(Status::not_permitted), Exit::not_permitted);
  EXPECT_EQ(exit_of(Status::unavailable), Exit::unavailable);
  EXPECT_EQ(exit_of(Status::no_such_user), Exit::wrong_state);
  EXPECT_EQ(exit_of(Status::not_set_up), Exit::wrong_state);
  EXPECT_EQ(exit_of(Status::already_enabled), Exit::wrong_state);
  EXPECT_EQ(exit_of(Status::nothing_pending), Exit::wrong_state);
}

TEST(ExitCode, EveryFailureNamesWhatToDoInOneLine) {
  for (int raw = 1; raw <= static_cast<int>(Status::nothing_pending); ++raw) {
    const Failure failure = Client::failure_of(static_cast<Status>(raw), "al\nice");
    const std::string line = failure.what();
    EXPECT_NE(line.find(':'), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_EQ(failure.exit(), exit_of(static_cast<Status>(raw)));
  }
}

}  // namespace
}  // namespace umbra

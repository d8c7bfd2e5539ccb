#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "daemon/store/lmdb_store.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra {
namespace {

TEST(StateDirectory, IsItsOwnersAlone) {
  const test::TempDir dir;
  const StateDirectory directory(dir.path() + "/state");
  struct stat status{};
  ASSERT_EQ(stat(directory.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700U);
  ASSERT_EQ(stat((directory.path() + "/lock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0177, 0U);
}

TEST(StateDirectory, ASecondHolderIsRefused) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/state";
  {
    const StateDirectory first(path);
    try {
      const StateDirectory second(path);
      FAIL() << "taken twice";
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find("another umbra-totpd"), std::string::npos) << error.what();
    }
  }
  const StateDirectory again(path);
  EXPECT_EQ(again.path(), path);
}

TEST(StateDirectory, WhereThereCanBeNone) {
  EXPECT_THROW(StateDirectory("/proc/nowhere/state"), std::runtime_error);
  const test::TempDir dir;
  ASSERT_EQ(symlink("/dev/null", (dir.path() + "/lock").c_str()), 0);
  EXPECT_THROW(StateDirectory(dir.path()), std::runtime_error) << "the lock is no link";
}

}  // namespace
}  // namespace umbra

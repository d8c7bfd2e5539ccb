#include "setup_tool/import/line_file.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "setup_tool/failure.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra {
namespace {

using intake::LineFile;

class LinesOfAFile : public testing::Test {
 protected:
  std::string put(const std::string& text, const std::string& name = "file") const {
    const std::string path = folder.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    chmod(path.c_str(), 0600);
    return path;
  }
  static std::vector<std::string> lines(LineFile& file) {
    std::vector<std::string> all;
    for (std::string_view line; file.next(line);) all.emplace_back(file.too_long() ? "(too long)" : line);
    return all;
  }
  // Why it is not opened.
  static std::string refusal(const std::string& path) {
    try {
      const LineFile file(path, 0);
      return "";
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.exit(), Exit::bad_file);
      return failure.what();
    }
  }

  test::TempDir folder;
};

TEST_F(LinesOfAFile, AsTheyStand) {
  LineFile file(put("one\n\nthree\nfour"), 0);
  EXPECT_EQ(lines(file), (std::vector<std::string>{"one", "", "three", "four"}));
  EXPECT_EQ(file.line(), 4U);
  file.rewind();
  EXPECT_EQ(lines(file).size(), 4U);
  LineFile empty(put("", "empty"), 0);
  EXPECT_TRUE(lines(empty).empty());
}

TEST_F(LinesOfAFile, LongOnesAndMany) {
  const std::string longest(LineFile::kMaxLine, 'x');
  LineFile file(put(longest + "\n" + longest + "y\nshort\n" + std::string(500'000, 'z') + "\nlast"), 0);
  EXPECT_EQ(lines(file), (std::vector<std::string>{longest, "(too long)", "short", "(too long)", "last"}));
  EXPECT_EQ(file.read(), file.size());
  std::string text;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < 5000; ++i) text += expected.emplace_back(std::string(i % 97, 'a')) + "\n";
  LineFile many(put(text, "many"), 0);
  EXPECT_EQ(lines(many), expected);
}

TEST_F(LinesOfAFile, WholeButNotEndless) {
  LineFile file(put("one\ntwo\n"), 0);
  EXPECT_EQ(file.rest(), "one\ntwo\n");
  LineFile large(put(std::string(LineFile::kMaxLine + 1, 'x'), "large"), 0);
  EXPECT_THROW(large.rest(), Failure);
}

TEST_F(LinesOfAFile, OneThatChangesMeanwhileIsNotReadAgain) {
  const std::string path = put("one\n");
  LineFile file(path, 0);
  lines(file);
  std::ofstream(path, std::ios::app) << "two\n";
  EXPECT_THROW(file.rewind(), Failure);
}

TEST_F(LinesOfAFile, WhoseTheyAre) {
  const std::string path = put("one\n");
  EXPECT_EQ(refusal(path), "");
  ASSERT_EQ(symlink(path.c_str(), (path + ".link").c_str()), 0);
  EXPECT_THAT(refusal(path + ".link"), testing::HasSubstr("symbolic link"));
  EXPECT_THAT(refusal(folder.path()), testing::HasSubstr("no regular file"));
  ASSERT_EQ(mkfifo((path + ".fifo").c_str(), 0600), 0);
  EXPECT_THAT(refusal(path + ".fifo"), testing::HasSubstr("no regular file"));
  EXPECT_THAT(refusal(path + ".none"), testing::HasSubstr("cannot be opened"));
  for (const mode_t mode : {0620U, 0602U}) {
    chmod(path.c_str(), mode);
    EXPECT_THAT(refusal(path), testing::HasSubstr("chmod go-w")) << mode;
  }
}

TEST_F(LinesOfAFile, AnotherUsersFileIsItsOwnersAlone) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const std::string path = put("one\n");
  ASSERT_EQ(chown(path.c_str(), 65534, 0), 0);
  EXPECT_THAT(refusal(path), testing::HasSubstr("belongs to somebody else"));
  EXPECT_NO_THROW(LineFile(path, 65534));
}

}  // namespace
}  // namespace umbra

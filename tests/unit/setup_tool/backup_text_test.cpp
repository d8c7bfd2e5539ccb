#include "setup_tool/backup_text.hpp"

#include <gmock/gmock.h>

namespace umbra {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(BackupText, LinesWithAndWithoutALastBreak) {
  EXPECT_THAT(code_lines("AAAA-0001\nAAAA-0002\n"), ElementsAre("AAAA-0001", "AAAA-0002"));
  EXPECT_THAT(code_lines("AAAA-0001\n\nAAAA-0002"), ElementsAre("AAAA-0001", "AAAA-0002"));
  EXPECT_TRUE(code_lines("").empty());
  EXPECT_TRUE(code_lines("\n").empty());
}

TEST(BackupText, PageSaysWhoseAndThatTheOldOnesAreDead) {
  const SecretText page = backup_page("al\x1b[1mice", "AAAA-0001\nAAAA-0002\nAAAA-\x1b\n");
  const std::string text(page);
  EXPECT_THAT(text, HasSubstr("Backup codes for al?[1mice"));
  EXPECT_THAT(text, HasSubstr("the old ones are dead"));
  EXPECT_THAT(text, HasSubstr("\n    AAAA-0001    AAAA-0002\n    AAAA-?\n"));
}

TEST(BackupText, JsonHasTheContractsKeys) {
  EXPECT_EQ(std::string(backup_json("alice", "AAAA-0001\nAAAA-0002\n")),
            R"({"user":"alice","backup_codes":["AAAA-0001","AAAA-0002"]})"
            "\n");
}

}  // namespace
}  // namespace umbra

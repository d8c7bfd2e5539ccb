#include "setup_tool/doctor/finding.hpp"

#include <gtest/gtest.h>

namespace umbra::test {
namespace {

Finding of(Level level) { return {level, "sshd", "what\x1b[2J", "why", "file:3", "change"}; }

TEST(Finding, APageSaysWhatWhyWhereAndWhatToDo) {
  EXPECT_EQ(findings_page({of(Level::open), {Level::good, "clock", "synchronised", "", "", ""}}),
            "open     sshd: what?[2J\n"
            "         why: why\n"
            "         where: file:3\n"
            "         change: change\n"
            "good     clock: synchronised\n"
            "1 open, 0 warnings, 1 good\n");
}

TEST(Finding, JsonIsOneObjectALine) {
  EXPECT_EQ(findings_json({{Level::note, "su", "not asked", "", "", ""}, {Level::warning, "a", "b", "c", "d", "e"}}),
            R"({"level":"note","subject":"su","what":"not asked","why":"","place":"","change":""})"
            "\n"
            R"({"level":"warning","subject":"a","what":"b","why":"c","place":"d","change":"e"})"
            "\n");
}

TEST(Finding, OnlyWhatIsOpenFails) {
  EXPECT_EQ(exit_of({of(Level::good), of(Level::note), of(Level::warning)}), Exit::done);
  EXPECT_EQ(exit_of({of(Level::good), of(Level::open)}), Exit::wrong_state);
}

TEST(Finding, NothingLookedAtIsNotClean) { EXPECT_EQ(exit_of(Findings()), Exit::wrong_state); }

}  // namespace
}  // namespace umbra::test

// Whole stacks, good ones and accidents: stacks/NAME/expected names each warning and each open finding of it.
#include <gtest/gtest.h>

#include <filesystem>

#include "setup_tool/doctor/pam_judge.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra::test {
namespace {

namespace fs = std::filesystem;

pam::ReadFile files_of(const fs::path& folder) {
  return [folder](const std::string& name) -> std::optional<pam::File> {
    for (const fs::path& file : {folder / name, folder.parent_path() / "base" / name})
      if (fs::is_regular_file(file)) return pam::File{name, read_file(file)};
    return std::nullopt;
  };
}

Findings judged(const fs::path& folder, bool proved_before = false) {
  const pam::ReadFile read = files_of(folder);
  const std::string name = fs::exists(folder / "su") ? "su" : "service";
  pam::Service service{name, read_stack(name, read), read_stack("other", read)};
  service.installed = [](const pam::Line& line) { return line.name().ends_with(".so"); };
  service.proved_before = proved_before;
  return judge_service(service);
}

std::string text_of(const Finding& finding) {
  return (finding.level == Level::open ? "open " : "warning ") + finding.place + " " + finding.what;
}

// "open FILE:LINE words": the words stand somewhere in what the finding says.
bool matches(const Finding& finding, const std::string& expected) {
  const auto words = expected.find(' ', expected.find(' ') + 1) + 1;
  return text_of(finding).starts_with(expected.substr(0, words)) &&
         finding.what.find(expected.substr(words)) != std::string::npos;
}

class Stacks : public testing::TestWithParam<std::string> {};

TEST_P(Stacks, AreJudgedAsExpected) {
  const fs::path folder = fs::path(UMBRA_STACKS) / GetParam();
  Findings findings = judged(folder);
  ASSERT_FALSE(findings.empty());
  std::erase_if(findings, [](const Finding& f) { return f.level == Level::good || f.level == Level::note; });
  std::ifstream expected(folder / "expected");
  ASSERT_TRUE(expected);
  for (std::string line; std::getline(expected, line);) {
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const auto& f) { return matches(f, line); });
    ASSERT_NE(found, findings.end()) << "not found: " << line;
    EXPECT_NE(found->change, "") << line;
    EXPECT_NE(found->why, "") << line;
    findings.erase(found);
  }
  for (const Finding& finding : findings) ADD_FAILURE() << "not expected: " << text_of(finding);
}

std::vector<std::string> all_stacks() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(UMBRA_STACKS))
    if (entry.path().filename() != "base") names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(, Stacks, testing::ValuesIn(all_stacks()), [](const auto& stack) {
  std::string name = stack.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Reading, FilesThatIncludeEachOtherComeToAnEnd) {
  const auto read = [](const std::string& name) -> std::optional<pam::File> {
    return pam::File{name, "auth include service\nauth include service\n"};
  };
  EXPECT_LT(pam::read_stack("service", read).lines.size(), 11'000U);
}

Finding first_open(const std::string& stack) {
  for (const Finding& finding : judged(fs::path(UMBRA_STACKS) / stack))
    if (finding.level == Level::open) return finding;
  return {};
}

TEST(Change, NamesTheLineAsItIsToBe) {
  EXPECT_EQ(first_open("jump-over").change, "auth [success=1 default=ignore] pam_unix.so");
  EXPECT_EQ(first_open("sufficient-password").change, "auth required pam_unix.so");
  EXPECT_EQ(first_open("google-187-after").change, "auth required pam_umbra_totp.so");
  EXPECT_EQ(first_open("truenas-16563").change,
            "put `auth required pam_umbra_totp.so` before the line that includes it, or include it with substack");
}

TEST(Change, AKeyBeforeTheStackIsAFactorToo) {
  const Findings findings = judged(fs::path(UMBRA_STACKS) / "key-before", true);
  for (const Finding& finding : findings) EXPECT_EQ(finding.level, Level::good) << finding.what;
}

}  // namespace
}  // namespace umbra::test

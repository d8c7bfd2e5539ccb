// What the built file needs, exports and is hardened with, as binutils read it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <set>
#include <sstream>

#include "tests/integration/pam_module/pam_login.hpp"

namespace umbra::test {
namespace {

using std::string;

string output_of(const string& command) {
  const auto end = [](FILE* pipe) { EXPECT_EQ(pclose(pipe), 0); };
  // NOLINTNEXTLINE(cert-env33-c): command and path are the build's own.
  const std::unique_ptr<FILE, decltype(end)> pipe(popen((command + " '" + module_path() + "'").c_str(), "re"), end);
  string all;
  std::array<char, 4096> buffer{};
  while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) all.append(buffer.data(), got);
  return all;
}

std::vector<string> lines_with(const string& text, const string& word) {
  std::vector<string> lines;
  std::istringstream in(text);
  for (string line; std::getline(in, line);)
    if (line.find(word) != string::npos) lines.push_back(line);
  return lines;
}

string between(const string& line, char open, char close) {
  const auto from = line.find(open), to = line.find(close);
  return line.substr(from + 1, to - from - 1);
}

TEST(ModuleFile, NeedsLibpamAndLibcAlone) {
  std::set<string> needed;
  for (const auto& line : lines_with(output_of("readelf -dW"), "(NEEDED)")) needed.insert(between(line, '[', ']'));
  EXPECT_EQ(needed, (std::set<string>{"libpam.so.0", "libc.so.6"}));
}

TEST(ModuleFile, ExportsTheSixEntryPointsAlone) {
  std::set<string> exported;
  for (const auto& line : lines_with(output_of("nm -D --defined-only --format=posix"), " "))
    exported.insert(line.substr(0, line.find(' ')));
  EXPECT_EQ(exported, (std::set<string>{"pam_sm_acct_mgmt", "pam_sm_authenticate", "pam_sm_chauthtok",
                                        "pam_sm_close_session", "pam_sm_open_session", "pam_sm_setcred"}));
}

TEST(ModuleFile, RefersToNothingOfCpp) {
  EXPECT_TRUE(lines_with(output_of("nm -D --undefined-only"), "_Z").empty());
  EXPECT_TRUE(lines_with(output_of("nm -D --undefined-only"), "__cxa_throw").empty());
  EXPECT_TRUE(lines_with(output_of("nm -D --undefined-only"), "getenv").empty()) << "the environment is the user's";
}

TEST(ModuleFile, IsHardened) {
  const string dynamic = output_of("readelf -dW");
  ASSERT_EQ(lines_with(dynamic, "(FLAGS_1)").size(), 1U);
  EXPECT_EQ(lines_with(dynamic, "BIND_NOW").size(), 1U);
  EXPECT_EQ(lines_with(dynamic, "NODELETE").size(), 1U) << "PAM data may be dropped after the stack was unloaded";
  EXPECT_TRUE(lines_with(dynamic, "TEXTREL").empty());
  EXPECT_TRUE(lines_with(dynamic, "RPATH").empty());
  EXPECT_TRUE(lines_with(dynamic, "RUNPATH").empty());
  const string segments = output_of("readelf -lW");
  EXPECT_EQ(lines_with(segments, "GNU_RELRO").size(), 1U);
  const auto stack = lines_with(segments, "GNU_STACK");
  ASSERT_EQ(stack.size(), 1U);
  EXPECT_EQ(stack[0].find("RWE"), string::npos);
}

TEST(ModuleFile, HasNoWritableDataOfItsOwn) {
  constexpr unsigned long kStartFiles = 16;  // bytes of the compiler's own: __dso_handle, completed
  int sections = 0;
  for (const auto& line : lines_with(output_of("readelf -SW"), "BITS")) {
    std::istringstream in(line.substr(line.find(']') + 1));
    string name, type, address, offset;
    unsigned long size = 0;
    in >> name >> type >> address >> offset >> std::hex >> size;
    if (name != ".data" && name != ".bss") continue;  // .data.rel.ro is read-only once the module is loaded
    ++sections;
    EXPECT_LE(size, kStartFiles) << line;
  }
  EXPECT_EQ(sections, 2);
}

}  // namespace
}  // namespace umbra::test

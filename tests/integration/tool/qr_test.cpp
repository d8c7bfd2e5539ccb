#include <sodium/utils.h>

#include <fstream>
#include <sstream>

#include "tests/integration/tool/fixture.hpp"
#include "tests/integration/tool/picture.hpp"

namespace umbra::test {
namespace {

class Scanned : public ToolTest {
 protected:
  void SetUp() override { offer_to_alice(); }

  [[nodiscard]] std::string scan_screen(const std::string& shown, bool dark_theme) const {
    const std::string path = folder.file(dark_theme ? "dark.pgm" : "light.pgm");
    std::ofstream(path, std::ios::binary) << photograph(shown, dark_theme);
    return scan(path);
  }
  // What a user with this locale sees of `setup alice` and these options.
  [[nodiscard]] std::string shown_to_user(const char* locale, Args options) const {
    options.insert(options.begin(), {"setup", "alice", "--no-confirm"});
    ToolOnTerminal tool(with_socket(options), locale);
    EXPECT_TRUE(tool.see("AAAA-0010"));
    EXPECT_EQ(tool.wait(), 0);
    return tool.shown();
  }
  void expect_scans_on_both_themes(const std::string& shown) const {
    EXPECT_EQ(scan_screen(shown, true), kUri);
    EXPECT_EQ(scan_screen(shown, false), kUri);
  }
};

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
}

TEST_F(Scanned, PictureFile) {
  const std::string path = folder.file("alice.png");
  expect_exit(run({"setup", "alice", "--no-confirm", "--png", path}), Exit::done);
  EXPECT_EQ(scan(path), kUri);
}

TEST_F(Scanned, PictureInJsonIsThePictureFile) {
  const std::string path = folder.file("alice.png");
  const Outcome outcome = run({"setup", "alice", "--no-confirm", "--json", "--png", path});
  const std::string text = nlohmann::json::parse(outcome.out)["qr_code_base64"];
  std::string decoded(text.size(), '\0');
  std::size_t size = 0;
  ASSERT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(decoded.data()), decoded.size(), text.data(),
                              text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL),
            0);
  decoded.resize(size);
  std::ostringstream file;
  file << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(decoded, file.str());
}

TEST_F(Scanned, Utf8TerminalOnBothThemes) {
  const std::string shown = shown_to_user("C.UTF-8", {});
  EXPECT_FALSE(is_ascii(shown));
  expect_scans_on_both_themes(shown);
}

TEST_F(Scanned, AsciiTerminalOnBothThemes) {
  const std::string shown = shown_to_user("C", {});
  EXPECT_TRUE(is_ascii(shown));
  expect_scans_on_both_themes(shown);
}

TEST_F(Scanned, WishedAsciiOnAUtf8Terminal) {
  const std::string shown = shown_to_user("C.UTF-8", {"--qr", "ascii"});
  EXPECT_TRUE(is_ascii(shown));
  expect_scans_on_both_themes(shown);
}

TEST_F(Scanned, NoneIsNothingToScan) {
  const std::string shown = shown_to_user("C.UTF-8", {"--qr", "none"});
  EXPECT_EQ(scan_screen(shown, true), "");
  EXPECT_EQ(scan_screen(shown, false), "");
}

// Kept in a file and shown later on a dark terminal.
TEST_F(Scanned, RedirectedHalfBlocks) {
  const Outcome outcome = run({"setup", "alice", "--no-confirm", "--qr", "utf8"});
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(scan_screen(outcome.out, true), kUri);
}

}  // namespace
}  // namespace umbra::test

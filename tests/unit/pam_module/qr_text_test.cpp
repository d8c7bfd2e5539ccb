// Pictures in half blocks, module by module.
#include "pam_module/qr_text.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/field_cursors.hpp"

namespace umbra::test {
namespace {

using std::string;

string drawn(std::string_view bits, unsigned side, QrLook look) {
  Page page;
  draw_qr(page, {side, bytes(bits)}, look);
  EXPECT_FALSE(page.full());
  return string(page.view());
}

// # . .
// . # .
// . . #
constexpr std::string_view kDiagonal("\x88\x80", 2);

TEST(QrText, LightBlocksOnADarkTerminal) {
  EXPECT_EQ(drawn(kDiagonal, 3, QrLook::light_blocks),
            "███████\n"
            "██▄▀███\n"
            "████▄██\n"
            "███████\n");
}

TEST(QrText, DarkBlocksAreTheInverse) {
  EXPECT_EQ(drawn(kDiagonal, 3, QrLook::dark_blocks),
            "       \n"
            "  ▀▄   \n"
            "    ▀  \n"
            "       \n");
}

TEST(QrText, BlackOnWhiteSetsItsColoursInEveryLine) {
  EXPECT_EQ(drawn(kDiagonal, 3, QrLook::black_on_white),
            "\x1b[38;5;16;48;5;231m       \x1b[0m\n"
            "\x1b[38;5;16;48;5;231m  ▀▄   \x1b[0m\n"
            "\x1b[38;5;16;48;5;231m    ▀  \x1b[0m\n"
            "\x1b[38;5;16;48;5;231m       \x1b[0m\n");
}

TEST(QrText, NothingToDraw) {
  EXPECT_EQ(drawn(kDiagonal, 3, QrLook::none), "");
  EXPECT_EQ(drawn("", 0, QrLook::light_blocks), "");
}

TEST(QrText, LooksByTerminal) {
  EXPECT_EQ(look_for("ssh"), QrLook::light_blocks);
  for (const auto* tty : {"/dev/pts/0", "/dev/tty1", "pts/0", "tty1", "ttyS0"})
    EXPECT_EQ(look_for(tty), QrLook::black_on_white) << tty;
  for (const auto* tty : {"", ":0", ":1", "ssh2", "unknown", "cron"}) EXPECT_EQ(look_for(tty), QrLook::none) << tty;
}

TEST(QrText, OnlyWhatHasNoColoursIsInverted) {
  EXPECT_EQ(inverted(QrLook::light_blocks), QrLook::dark_blocks);
  EXPECT_EQ(inverted(QrLook::dark_blocks), QrLook::light_blocks);
  EXPECT_EQ(inverted(QrLook::black_on_white), QrLook::black_on_white);
  EXPECT_EQ(inverted(QrLook::none), QrLook::none);
}

}  // namespace
}  // namespace umbra::test

#include <gtest/gtest.h>
#include <png.h>

#include <cstring>

#include "setup_tool/failure.hpp"
#include "setup_tool/png.hpp"
#include "setup_tool/qr_text.hpp"

namespace umbra {
namespace {

// 97 characters: what a host with a name of usual length gives.
const SecretText kUri =
    "otpauth://totp/host.example.org:carol?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=host.example.org";

TEST(QrCode, OrdinaryUriNeedsNoMoreThan37Modules) {
  ASSERT_GE(kUri.size(), 97U);
  const QrMatrix code = make_qr(kUri);
  EXPECT_LE(code.size(), 37U);
  EXPECT_EQ(code.full_size(), code.size() + 8);
}

// ISO/IEC 18004: a finder pattern in three corners, a light separator around it.
TEST(QrCode, HasFinderPatternsInsideALightMargin) {
  const QrMatrix code = make_qr(kUri);
  const unsigned first = kQrMargin, last = kQrMargin + code.size() - 1;
  for (unsigned i = 0; i < 7; ++i) {
    EXPECT_TRUE(code.dark(first + i, first));
    EXPECT_TRUE(code.dark(last - i, first));
    EXPECT_TRUE(code.dark(first, last - i));
  }
  EXPECT_FALSE(code.dark(first + 7, first));
  for (unsigned i = 0; i < code.full_size(); ++i)
    for (unsigned edge = 0; edge < kQrMargin; ++edge) {
      EXPECT_FALSE(code.dark(i, edge));
      EXPECT_FALSE(code.dark(edge, i));
      EXPECT_FALSE(code.dark(i, code.full_size() - 1 - edge));
      EXPECT_FALSE(code.dark(code.full_size() - 1 - edge, i));
    }
  EXPECT_FALSE(code.dark(4000000000U, 4000000000U));
}

TEST(QrCode, TooLongATextIsAFailure) { EXPECT_THROW(make_qr(SecretText(3000, 'a')), Failure); }

TEST(Png, IsTheMatrixTenPixelsAModule) {
  const QrMatrix code = make_qr(kUri);
  const SecretBlob png = png_of(code);
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  ASSERT_NE(png_image_begin_read_from_memory(&image, png.data(), png.size()), 0) << image.message;
  ASSERT_EQ(image.width, code.full_size() * 10);
  ASSERT_EQ(image.height, image.width);
  image.format = PNG_FORMAT_GRAY;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  ASSERT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0) << image.message;
  for (unsigned y = 0; y < image.height; ++y)
    for (unsigned x = 0; x < image.width; ++x)
      ASSERT_EQ(pixels[y * image.width + x], code.dark(x / 10, y / 10) ? 0 : 255) << x << ' ' << y;
  EXPECT_LT(png.size(), 16384U);
}

// One row of half blocks as pairs of bits, upper and lower: whether there is ink.
std::vector<std::pair<bool, bool>> ink_of(std::string_view row) {
  std::vector<std::pair<bool, bool>> ink;
  while (!row.empty()) {
    if (row.substr(0, 1) == "\x1b") {
      row.remove_prefix(row.find('m') + 1);
      continue;
    }
    const bool space = row.front() == ' ';
    const std::string_view glyph = row.substr(0, space ? 1 : 3);
    const bool full = glyph == "\u2588";
    ink.emplace_back(full || glyph == "\u2580", full || glyph == "\u2584");
    EXPECT_TRUE(space || ink.back() != std::make_pair(false, false)) << "a glyph that is no half block";
    row.remove_prefix(glyph.size());
  }
  return ink;
}

std::vector<std::string_view> rows_of(std::string_view text) {
  std::vector<std::string_view> rows;
  for (; !text.empty(); text.remove_prefix(text.find('\n') + 1)) rows.push_back(text.substr(0, text.find('\n')));
  return rows;
}

void expect_half_blocks(const QrMatrix& code, bool colours) {
  const SecretText text = qr_text(code, QrStyle::utf8, colours);
  const auto rows = rows_of(text);
  ASSERT_EQ(rows.size(), (code.full_size() + 1) / 2);
  for (unsigned r = 0; r < rows.size(); ++r) {
    const auto ink = ink_of(rows[r]);
    ASSERT_EQ(ink.size(), code.full_size());
    for (unsigned x = 0; x < ink.size(); ++x) {
      EXPECT_EQ(ink[x].first == colours, code.dark(x, 2 * r)) << x << ' ' << r;
      if (2 * r + 1 == code.full_size()) continue;
      EXPECT_EQ(ink[x].second == colours, code.dark(x, 2 * r + 1)) << x << ' ' << r;
    }
  }
}

TEST(QrText, HalfBlocksAreTheMatrix) {
  const QrMatrix code = make_qr(kUri);
  expect_half_blocks(code, true);
  expect_half_blocks(code, false);
}

TEST(QrText, AsciiIsTheMatrix) {
  const QrMatrix code = make_qr(kUri);
  const SecretText text = qr_text(code, QrStyle::ascii, false);
  const auto rows = rows_of(text);
  ASSERT_EQ(rows.size(), code.full_size());
  for (unsigned y = 0; y < rows.size(); ++y) {
    ASSERT_EQ(rows[y].size(), 2 * code.full_size());
    for (unsigned x = 0; x < code.full_size(); ++x)
      EXPECT_EQ(rows[y].substr(2 * x, 2), code.dark(x, y) ? "##" : "  ") << x << ' ' << y;
  }
}

TEST(QrText, ColouredAsciiIsAsciiAndEndsItsColours) {
  const SecretText text = qr_text(make_qr(kUri), QrStyle::ascii, true);
  for (const char c : text) EXPECT_TRUE(c == '\x1b' || c == '\n' || (c >= ' ' && c <= '~'));
  for (const auto row : rows_of(text)) EXPECT_TRUE(row.ends_with("\x1b[0m"));
}

TEST(QrText, NoneIsNothing) { EXPECT_EQ(qr_text(make_qr(kUri), QrStyle::none, true), ""); }

TEST(ChooseStyle, AutomaticGoesByTheTerminal) {
  const Surroundings pipe{false, true, false, 0}, utf8{true, true, true, 80}, latin{true, false, true, 120};
  EXPECT_EQ(choose_style(QrWish::automatic, pipe, 45), QrStyle::none);
  EXPECT_EQ(choose_style(QrWish::automatic, utf8, 45), QrStyle::utf8);
  EXPECT_EQ(choose_style(QrWish::automatic, latin, 45), QrStyle::ascii);
}

TEST(ChooseStyle, AutomaticShowsNoCodeThatWouldWrap) {
  EXPECT_EQ(choose_style(QrWish::automatic, {true, true, true, 44}, 45), QrStyle::none);
  EXPECT_EQ(choose_style(QrWish::automatic, {true, true, true, 45}, 45), QrStyle::utf8);
  EXPECT_EQ(choose_style(QrWish::automatic, {true, false, true, 89}, 45), QrStyle::none);
  EXPECT_EQ(choose_style(QrWish::automatic, {true, false, true, 90}, 45), QrStyle::ascii);
  EXPECT_EQ(choose_style(QrWish::automatic, {true, true, true, 0}, 45), QrStyle::utf8);
}

TEST(ChooseStyle, AWishIsAWish) {
  EXPECT_EQ(choose_style(QrWish::utf8, {}, 45), QrStyle::utf8);
  EXPECT_EQ(choose_style(QrWish::ascii, {}, 45), QrStyle::ascii);
  EXPECT_EQ(choose_style(QrWish::none, {true, true, true, 80}, 45), QrStyle::none);
}

}  // namespace
}  // namespace umbra

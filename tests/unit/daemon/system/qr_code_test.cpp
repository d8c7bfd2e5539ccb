#include "daemon/system/qr_code.hpp"

#include <gtest/gtest.h>
#include <qrencode.h>

#include <memory>
#include <string>

namespace umbra {
namespace {

bool dark(const QrBits& qr, std::size_t row, std::size_t column) {
  const std::size_t index = row * qr.side + column;
  return (qr.bits.view()[index / 8] >> (7 - index % 8) & 1U) != 0;
}

TEST(QrCode, IsWhatLibqrencodeDrew) {
  for (const std::size_t size : {1U, 17U, 18U, 100U, 271U, 321U}) {
    std::string text = "otpauth://totp/example.org:alice?secret=";
    text.resize(size, 'A');
    const std::unique_ptr<QRcode, void (*)(QRcode*)> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L),
                                                          QRcode_free);
    ASSERT_NE(code, nullptr);
    const QrBits qr = qr_bits(text);
    ASSERT_EQ(qr.side, code->width) << size;
    const auto side = std::size_t{qr.side};
    ASSERT_EQ(qr.bits.view().size(), (side * side + 7) / 8);
    for (std::size_t i = 0; i < side * side; ++i)
      ASSERT_EQ(dark(qr, i / side, i % side), (code->data[i] & 1) != 0) << size << " " << i;
    if (side * side % 8 != 0) {
      EXPECT_EQ(qr.bits.view().back() & 0xFFU >> side * side % 8, 0U) << "what is behind the last module is light";
    }
  }
}

// ISO/IEC 18004, 6.3: three finders, and lines of dark and light between them.
TEST(QrCode, HasItsFindersAndItsTiming) {
  for (const std::size_t size : {1U, 60U, 200U, 321U}) {
    const QrBits qr = qr_bits(std::string(size, 'x'));
    const auto side = std::size_t{qr.side};
    ASSERT_EQ(side % 4, 1U);
    const std::size_t corners[][2] = {{0, 0}, {0, side - 7}, {side - 7, 0}};
    for (const auto& corner : corners)
      for (std::size_t row = 0; row < 7; ++row)
        for (std::size_t column = 0; column < 7; ++column) {
          const bool frame = row == 0 || row == 6 || column == 0 || column == 6;
          const bool heart = row >= 2 && row <= 4 && column >= 2 && column <= 4;
          ASSERT_EQ(dark(qr, corner[0] + row, corner[1] + column), frame || heart)
              << size << " " << row << " " << column;
        }
    for (std::size_t i = 8; i < side - 8; ++i) {
      ASSERT_EQ(dark(qr, 6, i), i % 2 == 0) << size << " " << i;
      ASSERT_EQ(dark(qr, i, 6), i % 2 == 0) << size << " " << i;
    }
  }
}

TEST(QrCode, TheLargestFitsAndOneByteMoreIsNone) {
  EXPECT_EQ(qr_bits(std::string(321, 'x')).side, wire::kMaxQrSide);  // version 11, level L: 321 bytes
  for (const std::size_t size : {322U, 1000U, 2953U, 2954U, 100'000U}) {
    const QrBits none = qr_bits(std::string(size, 'x'));
    EXPECT_EQ(none.side, 0) << size;
    EXPECT_TRUE(none.bits.empty()) << size;
  }
}

TEST(QrCode, NoTextIsNoPicture) {
  const QrBits none = qr_bits("");
  EXPECT_EQ(none.side, 0);
  EXPECT_TRUE(none.bits.empty());
}

}  // namespace
}  // namespace umbra

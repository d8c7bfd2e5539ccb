// The offer of a secret, checked and written down: which ones make sense, and what the pages look like.
#include "pam_module/enrolment.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <new>

#include "tests/unit/pam_module/enrol_scene.hpp"

namespace umbra::test {
namespace {

using std::string;

bool reads(const Offer& offer) { return Enrolment().read(offer.reply()); }

string secret_page(const Offer& offer, QrLook look) {
  Enrolment enrolment;
  EXPECT_TRUE(enrolment.read(offer.reply()));
  const auto page = std::make_unique<Page>();
  enrolment.write_secret(look, *page);
  EXPECT_FALSE(page->full());
  return string(page->view());
}

string backup_page(const string& codes) {
  Offer offer;
  offer.backup_codes = codes;
  Enrolment enrolment;
  EXPECT_TRUE(enrolment.read(offer.reply()));
  const auto page = std::make_unique<Page>();
  enrolment.write_backup_codes(*page);
  EXPECT_FALSE(page->full());
  return string(page->view());
}

TEST(Enrolment, ReadsWhatMakesSense) {
  EXPECT_TRUE(reads({}));
  EXPECT_TRUE(reads({.uri = ""}));
  EXPECT_TRUE(reads({.backup_codes = ""}));
  EXPECT_TRUE(reads({.backup_codes = "AAAA-0001\nAAAA-0002"}));
  EXPECT_TRUE(reads({.user = "zo\u00eb", .issuer = "B\u00fcro"})) << "they are not shown";
  EXPECT_TRUE(reads({.qr = "", .qr_side = 0}));
  EXPECT_TRUE(reads({.qr = string(wire::kMaxQrBits, 'x'), .qr_side = wire::kMaxQrSide}));
  for (std::uint8_t digits = 6; digits <= 8; ++digits) EXPECT_TRUE(reads({.digits = digits}));
}

TEST(Enrolment, PicturesOfAnotherSizeAreNonsense) {
  EXPECT_FALSE(reads({.qr = string(3, 'x'), .qr_side = 5}));
  EXPECT_FALSE(reads({.qr = string(5, 'x'), .qr_side = 5}));
  EXPECT_FALSE(reads({.qr = "x", .qr_side = 0}));
  EXPECT_FALSE(reads({.qr = "", .qr_side = 5}));
  EXPECT_FALSE(reads({.qr = string((62 * 62 + 7) / 8, 'x'), .qr_side = 62}));
  EXPECT_FALSE(reads({.qr = string((255 * 255 + 7) / 8, 'x'), .qr_side = 255}));
}

TEST(Enrolment, DigitsAndSecretAreNeeded) {
  for (unsigned digits = 0; digits < 256; ++digits)
    EXPECT_EQ(reads({.digits = static_cast<std::uint8_t>(digits)}), digits >= 6 && digits <= 8) << digits;
  EXPECT_FALSE(reads({.secret = ""}));
}

TEST(Enrolment, NoByteThatATerminalCouldObey) {
  for (const auto& bad :
       {string("\x1b[2J"), string("\n"), string("\r"), string("\t"), string("\x7f"), string(1, '\0')}) {
    EXPECT_FALSE(reads({.user = "zoe" + bad}));
    EXPECT_FALSE(reads({.issuer = "example" + bad}));
    EXPECT_FALSE(reads({.secret = "ABCD" + bad}));
    EXPECT_FALSE(reads({.uri = "otpauth://" + bad}));
    EXPECT_EQ(reads({.backup_codes = "AAAA-0001" + bad}), bad == "\n");
  }
  for (const auto& above : {string("\x9b"), string("\u009b"), string("\u00e9")}) {
    EXPECT_FALSE(reads({.secret = "ABCD" + above}));
    EXPECT_FALSE(reads({.uri = "otpauth://" + above}));
    EXPECT_FALSE(reads({.backup_codes = "AAAA-0001" + above}));
  }
}

TEST(Enrolment, TheSecretsPageWithoutAPicture) {
  EXPECT_EQ(secret_page({}, QrLook::none),
            "\nThis account must set up a second factor before it can log in.\n"
            "Secret: ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567\n" +
                string(kUri) +
                "\nType the secret into an authenticator app, or open the otpauth link in one.\n"
                "First code from your app: ");
  EXPECT_NE(secret_page({.secret = "ABCDE"}, QrLook::none).find("Secret: ABCD E\n"), string::npos);
}

TEST(Enrolment, TheSecretsPageWithAPicture) {
  const string page = secret_page({}, QrLook::light_blocks);
  EXPECT_TRUE(page.starts_with("\nThis account"));
  EXPECT_NE(page.find(string(kUri) + "\n\u2588\u2588"), string::npos) << page;
  EXPECT_NE(page.find("\u2588\n"
                      "Scan this"),
            string::npos)
      << page;
  EXPECT_NE(page.find("answer i:"), string::npos);
  EXPECT_EQ(secret_page({}, QrLook::black_on_white).find("answer i:"), string::npos);
}

TEST(Enrolment, EveryLineFitsEightyColumns) {
  for (const auto look : {QrLook::none, QrLook::light_blocks, QrLook::black_on_white}) {
    std::istringstream lines(secret_page({.qr = "", .qr_side = 0}, look) + "\n" + backup_page(string(kBackupCodes)));
    for (string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(Enrolment, TheLargestPictureFits) {
  // Version 11 at level L holds 321 bytes.
  const Offer largest{.uri = string(321, 'u'), .qr = string(wire::kMaxQrBits, '\x55'), .qr_side = wire::kMaxQrSide};
  for (const auto look : {QrLook::light_blocks, QrLook::dark_blocks, QrLook::black_on_white}) {
    const string page = secret_page(largest, look);
    EXPECT_LT(page.size(), 8192U);
    EXPECT_NE(page.find("Scan this"), string::npos);
  }
}

TEST(Enrolment, APictureThatDoesNotFitIsLeftOut) {
  const Offer offer{.secret = string(wire::kMaxSecretText, 'S'),
                    .uri = string(wire::kMaxUri, 'u'),
                    .qr = string(wire::kMaxQrBits, '\xff'),
                    .qr_side = wire::kMaxQrSide};
  Enrolment enrolment;
  ASSERT_TRUE(enrolment.read(offer.reply()));
  Page page;
  EXPECT_EQ(enrolment.write_secret(QrLook::black_on_white, page), QrLook::none);
  EXPECT_FALSE(page.full());
  EXPECT_EQ(string(page.view()), secret_page(offer, QrLook::none));
  EXPECT_TRUE(page.view().ends_with("First code from your app: "));
}

TEST(Enrolment, BackupCodesTwoALine) {
  const string before =
      "\nYou are set up. These backup codes replace your app once each, where it is lost.\n"
      "They are shown only this once:\n";
  const string after = "\n\nPress Enter when you have written them down: ";
  EXPECT_EQ(backup_page("A-1\nA-2\nA-3\nA-4\n"), before + "\n  A-1   A-2\n  A-3   A-4" + after);
  EXPECT_EQ(backup_page("A-1\nA-2\nA-3"), before + "\n  A-1   A-2\n  A-3" + after);
  EXPECT_TRUE(backup_page(string(wire::kMaxBackupText, '\n')).ends_with(after));
}

TEST(Enrolment, TakesCopiesOfTheReply) {
  Offer offer;
  Enrolment enrolment;
  ASSERT_TRUE(enrolment.read(offer.reply()));
  Page before, after;
  enrolment.write_secret(QrLook::light_blocks, before);
  offer.overwrite();
  enrolment.write_secret(QrLook::light_blocks, after);
  EXPECT_EQ(before.view(), after.view());
}

// What is left of a T that was filled by `fill` and then destroyed.
template <class T, class Fill>
string left_of(Fill fill) {
  alignas(T) static std::array<char, sizeof(T)> room;
  room.fill('\0');
  T* object = new (room.data()) T;
  fill(*object);
  const auto all = [] { return string(room.data(), room.size()); };
  EXPECT_NE(all().find(kSecret), string::npos) << "or the search would find nothing ever";
  object->~T();
  return all();
}

TEST(Enrolment, NothingOfItStays) {
  const string enrolment = left_of<Enrolment>([](Enrolment& e) { EXPECT_TRUE(e.read(Offer().reply())); });
  EXPECT_EQ(enrolment.find(kSecret), string::npos);
  EXPECT_EQ(enrolment.find("AAAA-0001"), string::npos);
  EXPECT_EQ(enrolment.find("otpauth"), string::npos);
  const string page = left_of<Page>([](Page& p) { p.add("the secret ").add(kSecret); });
  EXPECT_EQ(page.find("BCDEFG"), string::npos);
}

TEST(Page, TakesWholeTextsUntilItIsFull) {
  Page page;
  page.add(string(kMaxPage - 2, 'x')).add("y");
  EXPECT_FALSE(page.full());
  EXPECT_EQ(page.view().size(), kMaxPage - 1);
  EXPECT_STREQ(page.c_str(), (string(kMaxPage - 2, 'x') + "y").c_str());
  page.add("");
  EXPECT_FALSE(page.full());
  page.add("z");
  EXPECT_TRUE(page.full());
  EXPECT_TRUE(page.view().ends_with("y"));
  page.clear();
  EXPECT_FALSE(page.full());
  EXPECT_STREQ(page.add("again").c_str(), "again");
  Page much;
  EXPECT_TRUE(much.add("a").add(string(kMaxPage, 'x')).add("b").full());
  EXPECT_STREQ(much.c_str(), "a") << "what follows a text that did not fit makes no sense without it";
}

}  // namespace
}  // namespace umbra::test

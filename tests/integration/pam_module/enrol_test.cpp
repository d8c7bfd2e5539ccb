// Enrolment inside the login, through libpam and a real socket, and its pictures as a camera reads them.
#include <gtest/gtest.h>
#include <qrencode.h>

#include "tests/integration/pam_module/pam_login.hpp"
#include "tests/integration/pam_module/scripted_daemon.hpp"
#include "tests/integration/tool/picture.hpp"

namespace umbra::test {
namespace {

using std::string;
using wire::Op;

constexpr std::string_view kSecret = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const string kShortUri =
    "otpauth://totp/example.org:zoe_the_user?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=example.org";
constexpr std::string_view kBackupCodes = "AAAA-0001\nAAAA-0002\n";

struct Picture {
  std::uint8_t side = 0;
  string bits;
};

Picture picture_of(const string& text) {
  QRcode* const code = QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1);
  const auto modules = static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
  Picture picture{static_cast<std::uint8_t>(code->width), string((modules + 7) / 8, '\0')};
  for (std::size_t i = 0; i < modules; ++i)
    if ((code->data[i] & 1) != 0) picture.bits[i / 8] = static_cast<char>(picture.bits[i / 8] | 0x80 >> i % 8);
  QRcode_free(code);
  return picture;
}

ScriptedDaemon::Script offers(const string& uri = kShortUri) {
  return [uri, picture = picture_of(uri)](const string& packet) {
    if (const auto begin = read_as<wire::Begin>(packet); begin && begin->may_enrol)
      return Says{
          {reply_to(packet, wire::BeginReply{static_cast<std::uint8_t>(wire::Ask::enrol), 6, "the challenge"})}};
    const auto enrol = read_as<wire::Enrol>(packet);
    if (!enrol || enrol->challenge != "the challenge") return Says{{honest_reply(packet)}};
    return Says{{reply_to(packet, wire::EnrolReply{"zoe_the_user", "example.org", kSecret, uri, kBackupCodes, 6,
                                                   picture.side, bytes(picture.bits)})}};
  };
}

class Enrolling : public testing::Test {
 protected:
  // What is shown at `tty`, prompt by prompt.
  static std::vector<string> shown(const char* tty, const std::vector<string>& answers, const string& uri = kShortUri) {
    ScriptedDaemon daemon(offers(uri));
    PamLogin login("after_password socket=" + daemon.path());
    pam_set_item(login.handle(), PAM_TTY, tty);
    for (const auto& answer : answers) login.type(answer);
    EXPECT_EQ(login.authenticate(), PAM_CONV_ERR) << "the answers have run out";
    std::vector<string> texts;
    for (const auto& message : login.messages()) texts.push_back(message.text);
    return texts;
  }
  [[nodiscard]] string scan_screen(const string& text, bool dark_theme) const {
    const string path = dir_.path() + "/screen.pgm";
    std::ofstream(path, std::ios::binary) << photograph(text, dark_theme);
    return scan(path);
  }

 private:
  TempDir dir_;
};

TEST_F(Enrolling, IsALogin) {
  ScriptedDaemon daemon(offers());
  PamLogin login("after_password socket=" + daemon.path());
  pam_set_item(login.handle(), PAM_TTY, "ssh");
  login.type("000000").type("123456").type("");
  EXPECT_EQ(login.authenticate(PAM_SILENT), PAM_SUCCESS);
  EXPECT_EQ(login.setcred(), PAM_SUCCESS);
  EXPECT_EQ(login.account(), PAM_SUCCESS);
  EXPECT_EQ(daemon.ops(), (std::vector<Op>{Op::begin, Op::enrol, Op::verify, Op::verify, Op::complete}));
  ASSERT_EQ(login.messages().size(), 3U);
  EXPECT_EQ(login.messages()[0].style, PAM_PROMPT_ECHO_OFF);
  EXPECT_EQ(login.messages()[1].style, PAM_PROMPT_ECHO_OFF);
  EXPECT_EQ(login.messages()[2].style, PAM_PROMPT_ECHO_ON);
  EXPECT_TRUE(login.messages()[0].text.starts_with("\nThis account must set up a second factor"));
  EXPECT_NE(login.messages()[2].text.find("AAAA-0001   AAAA-0002"), string::npos);
  const auto heard = daemon.heard();
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(header_of(heard[i]).id, header_of(heard[0]).id);
}

TEST_F(Enrolling, NeedsThePasswordFirstAndMayBeSwitchedOff) {
  for (const auto& options : {string(), string("after_password no_enrol ")}) {
    ScriptedDaemon daemon(offers());
    PamLogin login(options + "socket=" + daemon.path());
    login.type("123456");
    EXPECT_EQ(login.authenticate(), PAM_SUCCESS) << "this daemon then asks for a code";
    EXPECT_EQ(daemon.count(Op::enrol), 0U);
  }
}

// sshd's method "password": all that is asked without echo is answered with the password, the rest fails.
TEST_F(Enrolling, SshdsPasswordMethodCostsNoAttempt) {
  ScriptedDaemon daemon(offers());
  PamLogin login("zoe_the_user", "auth optional pam_exec.so expose_authtok quiet /bin/true\nauth required " +
                                     module_path() + " after_password socket=" + daemon.path() + "\n");
  login.type("correct horse").type("correct horse");
  EXPECT_EQ(login.authenticate(), PAM_AUTH_ERR);
  const string packet = daemon.heard().at(2);
  EXPECT_EQ(read_as<wire::Verify>(packet).value().answer, "");
}

TEST_F(Enrolling, AProgramThatCannotShowBackupCodesLogsInAllTheSame) {
  ScriptedDaemon daemon(offers());
  PamLogin login("after_password socket=" + daemon.path());
  login.type("123456").respond([](pam_response**) { return PAM_CONV_ERR; });
  EXPECT_EQ(login.authenticate(), PAM_SUCCESS);
  EXPECT_EQ(login.account(), PAM_SUCCESS);
}

TEST_F(Enrolling, PicturesOverSshScanOnDarkAndInvertedOnLight) {
  const auto texts = shown("ssh", {"i", "i"});
  ASSERT_EQ(texts.size(), 3U);
  EXPECT_EQ(scan_screen(texts[0], true), kShortUri);
  EXPECT_EQ(scan_screen(texts[1], false), kShortUri);
  EXPECT_EQ(texts[2], texts[0]);
  for (const auto& text : texts) EXPECT_EQ(text.find('\x1b'), string::npos) << "ssh clients escape colours";
}

TEST_F(Enrolling, PicturesOnATerminalScanOnBothThemes) {
  for (const char* tty : {"/dev/pts/3", "tty1"}) {
    const auto texts = shown(tty, {});
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_EQ(scan_screen(texts[0], true), kShortUri);
    EXPECT_EQ(scan_screen(texts[0], false), kShortUri);
  }
}

TEST_F(Enrolling, TheLargestPictureScansToo) {
  const string longest = "otpauth://totp/" + string(306, 'u');
  ASSERT_EQ(picture_of(longest).side, wire::kMaxQrSide);
  for (const char* tty : {"ssh", "tty1"}) {
    const auto texts = shown(tty, {}, longest);
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_EQ(scan_screen(texts[0], true), longest);
    EXPECT_LT(texts[0].size(), 8192U);
  }
}

TEST_F(Enrolling, WindowsAreShownTextAlone) {
  for (const char* tty : {":0", ""}) {
    const auto texts = shown(tty, {});
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_TRUE(
        std::all_of(texts[0].begin(), texts[0].end(), [](char c) { return c == '\n' || (c >= ' ' && c < 0x7f); }));
    EXPECT_NE(texts[0].find("ABCD EFGH IJKL"), string::npos);
  }
}

TEST_F(Enrolling, APictureFitsATerminalOfTwentyFourRows) {
  const auto texts = shown("ssh", {});
  const string& text = texts.at(0);
  const auto picture = text.find("\n\u2588");
  ASSERT_NE(picture, string::npos);
  EXPECT_LE(std::count(text.begin() + static_cast<std::ptrdiff_t>(picture) + 1, text.end(), '\n') + 1, 24);
}

TEST_F(Enrolling, OffersThatAreCutAreNotShown) {
  const string whole = [] {
    wire::Enrol message{"the challenge"};
    std::array<std::uint8_t, wire::kMaxPacket> packet{};
    const auto size = wire::encode_request(message, {}, packet);
    return offers()(string(text(Bytes(packet.data(), size)))).packets.at(0);
  }();
  for (std::size_t size = 1; size < whole.size(); size += size < 40 ? 1 : 29) {
    ScriptedDaemon daemon([size](const string& packet) {
      Says says = offers()(packet);
      if (is(packet, Op::enrol)) says.packets[0].resize(size);
      return says;
    });
    PamLogin login("after_password timeout=1 socket=" + daemon.path());
    login.type("123456");
    EXPECT_EQ(login.authenticate(), PAM_AUTHINFO_UNAVAIL) << size;
    EXPECT_TRUE(login.messages().empty()) << size;
  }
}

}  // namespace
}  // namespace umbra::test

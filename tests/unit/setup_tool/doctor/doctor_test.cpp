#include "setup_tool/doctor/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace umbra::test {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr char kGood[] =
    "auth required pam_umbra_totp.so preauth\n"
    "auth [success=1 default=ignore] pam_unix.so\n"
    "auth [default=die] pam_umbra_totp.so authfail\n"
    "auth required pam_umbra_totp.so after_password\n"
    "account required pam_umbra_totp.so\n";
constexpr char kPlain[] = "auth required pam_unix.so\naccount required pam_unix.so\n";
constexpr char kSshd[] = "UsePAM yes\nAuthenticationMethods publickey,keyboard-interactive\n";

class Doctor : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = root_.path() + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  // "LEVEL SUBJECT PLACE" of what is not good.
  [[nodiscard]] std::vector<std::string> wrong(const std::vector<std::string>& services = {}) const {
    static constexpr const char* kLevels[] = {"good", "note", "warning", "open"};
    std::vector<std::string> texts;
    for (const Finding& one : judge_tree(Tree(root_.path()), services, ""))
      if (one.level != Level::good)
        texts.push_back(std::string(kLevels[static_cast<int>(one.level)]) + " " + one.subject + " " + one.place);
    return texts;
  }

 private:
  TempDir root_;
};

TEST_F(Doctor, WithoutNamesLooksAtWhatAsksForACode) {
  write("/etc/pam.d/sudo", kGood);
  write("/etc/pam.d/cron", kPlain);
  write("/etc/pam.d/su", kPlain);
  EXPECT_THAT(wrong(), UnorderedElementsAre("note su "));
  write("/etc/pam.d/locker", "auth sufficient pam_unix.so\n@include sudo\n");
  EXPECT_THAT(wrong(), testing::Contains("open locker /etc/pam.d/locker:1"));
}

TEST_F(Doctor, AFileThatOthersIncludeIsJudgedWhereTheyAre) {
  write("/etc/pam.d/common-auth", "auth sufficient pam_unix.so\nauth required pam_umbra_totp.so\n");
  write("/etc/pam.d/locker", "@include common-auth\naccount required pam_umbra_totp.so\n");
  const auto all = wrong();
  EXPECT_THAT(all, testing::Contains("open locker /etc/pam.d/common-auth:1"));
  EXPECT_THAT(all, testing::Not(testing::Contains(testing::HasSubstr(" common-auth "))));
}

TEST_F(Doctor, AServiceThatPeopleUseIsJudgedThoughOthersIncludeIt) {
  write("/etc/pam.d/su", "auth sufficient pam_unix.so\nauth required pam_umbra_totp.so\n");
  write("/etc/pam.d/su-l", "@include su\n");
  EXPECT_THAT(wrong(), testing::Contains("open su /etc/pam.d/su:1"));
}

TEST_F(Doctor, WithoutNamesAndWithoutOurLineIsOneOpenFinding) {
  write("/etc/pam.d/cron", kPlain);
  EXPECT_THAT(wrong(), UnorderedElementsAre("open PAM /etc/pam.d"));
}

TEST_F(Doctor, ANamedServiceMustAskForACode) {
  write("/etc/pam.d/sudo", kGood);
  write("/etc/pam.d/su", kPlain);
  EXPECT_THAT(wrong({"sudo"}), IsEmpty());
  EXPECT_THAT(wrong({"sudo", "su"}), UnorderedElementsAre("open su /etc/pam.d/su"));
  EXPECT_THAT(wrong({"nowhere"}), UnorderedElementsAre("open nowhere /etc/pam.d/other"));
}

TEST_F(Doctor, AServiceThatCannotBeReadIsNeverLeftOut) {
  write("/etc/pam.d/sudo", kGood);
  write("/etc/pam.d/locker", "@include nowhere\nauth required pam_umbra_totp.so\n");
  EXPECT_THAT(wrong(), UnorderedElementsAre("open locker /etc/pam.d/locker:1"));
}

TEST_F(Doctor, VendorsFilesAreFoundAndOverridden) {
  write("/usr/lib/pam.d/sudo", kPlain);
  EXPECT_THAT(wrong({"sudo"}), UnorderedElementsAre("open sudo /etc/pam.d/sudo"));
  write("/etc/pam.d/sudo", kGood);
  EXPECT_THAT(wrong({"sudo"}), IsEmpty());
}

TEST_F(Doctor, SshdsOwnSettingsBelongToSshd) {
  write("/etc/pam.d/sshd", kGood);
  write("/etc/ssh/sshd_config", "Include sshd_config.d/*.conf\nUsePAM yes\n");
  write("/etc/ssh/sshd_config.d/50.conf", "AuthenticationMethods publickey\n");
  EXPECT_THAT(wrong({"sshd"}), testing::Contains("open sshd /etc/ssh/sshd_config.d/50.conf:1"));
  write("/etc/ssh/sshd_config", kSshd);
  EXPECT_THAT(wrong({"sshd"}), UnorderedElementsAre("note sshd "));
}

TEST_F(Doctor, AKeyBeforeTheCodeIsAFactor) {
  write("/etc/pam.d/sshd", "auth required pam_umbra_totp.so\naccount required pam_umbra_totp.so\n");
  write("/etc/ssh/sshd_config", kSshd);
  EXPECT_THAT(wrong(), UnorderedElementsAre("note sshd "));
  write("/etc/ssh/sshd_config", "UsePAM yes\nPubkeyAuthentication no\n");
  EXPECT_THAT(wrong(), UnorderedElementsAre("note sshd ", "warning sshd /etc/pam.d/sshd:1"));
}

TEST_F(Doctor, AModuleThatIsNotThereIsOpen) {
  write("/etc/pam.d/sudo", kGood);
  write("/usr/lib/security/pam_unix.so", "");
  EXPECT_THAT(wrong({"sudo"}), testing::Contains("open sudo /etc/pam.d/sudo:1"));
  write("/usr/lib/security/pam_umbra_totp.so", "");
  EXPECT_THAT(wrong({"sudo"}), IsEmpty());
}

}  // namespace
}  // namespace umbra::test

#include "setup_tool/doctor/pam_module_kinds.hpp"

#include <gtest/gtest.h>

namespace umbra::test {
namespace {

pam::Line ours(std::vector<std::string> arguments) {
  pam::Line line;
  line.module = "pam_umbra_totp.so";
  line.arguments = std::move(arguments);
  return line;
}

// As pam_module/options.cpp reads them; options_test.cpp holds the module to the same.
TEST(BadOption, IsTheFirstThatTheModuleRefuses) {
  EXPECT_EQ(bad_option(ours({})), "");
  EXPECT_EQ(bad_option(ours({"nullok", "after_password", "echo", "forward_pass", "no_enrol", "try_first_pass",
                             "use_first_pass", "debug", "quiet", "socket=/run/x", "timeout=60", "prompt=Code: "})),
            "");
  EXPECT_EQ(bad_option(ours({"prompt=[Your", "code:", "]", "nullok"})), "");
  EXPECT_EQ(bad_option(ours({"preauth"})), "");
  for (const char* wrong : {"nulok", "NULLOK", "nullok=yes", "timeout=0", "timeout=61", "timeout=", "timeout=1s",
                            "timeout=100", "socket=run/x", "prompt="})
    EXPECT_EQ(bad_option(ours({"nullok", wrong, "more"})), wrong);
  EXPECT_EQ(bad_option(ours({"prompt=[Your", "code:"})), "prompt=");
  EXPECT_EQ(bad_option(ours({"preauth", "authfail"})), "authfail");
}

TEST(Kind, IsOursByNameWhereverItLies) {
  pam::Line line = ours({});
  EXPECT_EQ(kind_of(line), pam::Kind::code);
  line.module = "/lib/security/pam_umbra_totp.so";
  line.arguments = {"preauth"};
  EXPECT_EQ(kind_of(line), pam::Kind::preauth);
  line.module = "pam_google_authenticator.so";
  EXPECT_EQ(kind_of(line), pam::Kind::proof);
}

}  // namespace
}  // namespace umbra::test

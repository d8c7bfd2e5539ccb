// The tool trusts a daemon of root alone, so the scripted one has to be root's.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (std::getenv("UMBRA_TOTP") == nullptr) {
    std::fputs("UMBRA_TOTP must name the tool to test\n", stderr);
    return 1;
  }
  if (geteuid() != 0) {
    std::fputs("skipped: run as root, the scripted daemon must be root's\n", stderr);
    return 77;  // meson: skipped
  }
  return RUN_ALL_TESTS();
}

// Starts libsodium before the first test, as the daemon does before anything else.
#include <gtest/gtest.h>

#include "daemon/crypto/sodium.hpp"

namespace {

struct StartSodium : testing::Environment {
  void SetUp() override { umbra::sodium::init(); }
};
const auto* const kStarted = testing::AddGlobalTestEnvironment(new StartSodium);

}  // namespace

#include "setup_tool/state_text.hpp"

#include <gmock/gmock.h>

namespace umbra {
namespace {

using testing::HasSubstr;

wire::UserState enabled_user() {
  wire::UserState state;
  state.user = "alice";
  state.enabled = true;
  state.backup_codes_remaining = 9;
  state.failures = 2;
  state.last_success = 1'000'000'000;
  return state;
}

TEST(StateJson, HasTheContractsKeysInOrder) {
  EXPECT_EQ(state_json(enabled_user()).dump(),
            R"({"user":"alice","enabled":true,"pending":false,"enforced":false,"backup_codes_remaining":9,)"
            R"("locked":false,"locked_until":null,"failures":2,"last_success":"2001-09-09T01:46:40Z"})");
}

TEST(StateJson, LockedUntilIsATimeWhereTold) {
  wire::UserState state = enabled_user();
  state.locked = true;
  state.locked_until = 2'000'000'000;
  EXPECT_EQ(state_json(state)["locked_until"], "2033-05-18T03:33:20Z");
  state.locked_until = INT64_MAX;
  EXPECT_TRUE(state_json(state)["locked_until"].is_null());
  EXPECT_EQ(state_json(state)["locked"], true);
}

TEST(StateJson, NeverIsNull) {
  wire::UserState state;
  state.user = "bob";
  EXPECT_TRUE(state_json(state)["last_success"].is_null());
}

TEST(StatePage, SaysWhatIsSetUp) {
  wire::UserState state;
  state.user = "alice";
  EXPECT_THAT(state_page(state), HasSubstr("not set up"));
  state.pending = true;
  EXPECT_THAT(state_page(state), HasSubstr("waits for its first code"));
  EXPECT_THAT(state_page(enabled_user()), HasSubstr("enabled\n"));
  state.enabled = true;
  EXPECT_THAT(state_page(state), HasSubstr("a new secret waits"));
}

TEST(StatePage, SaysHowTheUserIsLocked) {
  wire::UserState state = enabled_user();
  EXPECT_THAT(state_page(state), HasSubstr("Locked:           no\n"));
  state.locked = true;
  EXPECT_THAT(state_page(state), HasSubstr("Locked:           yes\n"));
  state.locked_until = 2'000'000'000;
  EXPECT_THAT(state_page(state), HasSubstr("until 2033-05-18T03:33:20Z\n"));
  state.suspended = true;
  EXPECT_THAT(state_page(state), HasSubstr("suspended: until umbra-totp unlock alice\n"));
}

TEST(StateRow, IsOneLineOfColumns) {
  wire::UserState state = enabled_user();
  EXPECT_EQ(state_row(state), "alice                    enabled  open        9   2 2001-09-09T01:46:40Z\n");
  state.locked = true;
  state.user = "b\no\x1b";
  state.enabled = false;
  state.pending = true;
  EXPECT_EQ(state_row(state), "b?o?                     pending  locked      9   2 2001-09-09T01:46:40Z\n");
  state.pending = false;
  EXPECT_THAT(state_row(state), HasSubstr(" none "));
  state.enforced = state.suspended = true;
  EXPECT_THAT(state_row(state), HasSubstr(" enforced suspended "));
}

}  // namespace
}  // namespace umbra

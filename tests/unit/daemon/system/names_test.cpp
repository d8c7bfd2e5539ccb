#include "daemon/system/names.hpp"

#include <grp.h>
#include <gtest/gtest.h>
#include <pwd.h>

#include <algorithm>
#include <system_error>

#include "common/protocol.hpp"

namespace {
std::size_t wanted_room = 0;  // less room than this gets ERANGE
int interruptions = 0;        // EINTR so many times
int user_error = 0, group_error = 0;
}  // namespace

extern "C" int __real_getpwnam_r(const char* name, passwd* entry, char* buffer, size_t size, passwd** found);
extern "C" int __wrap_getpwnam_r(const char* name, passwd* entry, char* buffer, size_t size, passwd** found);
extern "C" int __wrap_getpwnam_r(const char* name, passwd* entry, char* buffer, size_t size, passwd** found) {
  *found = nullptr;
  if (interruptions > 0) return --interruptions, EINTR;
  if (size < wanted_room) return ERANGE;
  if (user_error != 0) return user_error;
  return __real_getpwnam_r(name, entry, buffer, size, found);
}

extern "C" int __real_getgrgid_r(gid_t gid, group* entry, char* buffer, size_t size, group** found);
extern "C" int __wrap_getgrgid_r(gid_t gid, group* entry, char* buffer, size_t size, group** found);
extern "C" int __wrap_getgrgid_r(gid_t gid, group* entry, char* buffer, size_t size, group** found) {
  *found = nullptr;
  if (group_error != 0) return group_error;
  return __real_getgrgid_r(gid, entry, buffer, size, found);
}

namespace umbra {
namespace {

TEST(PlausibleUserName, Takes) {
  for (const std::string_view name : {"a", "root", "EXAMPLE\\alice", "alice@EXAMPLE.ORG", "host$", "_apt", "a b",
                                      "1000", "J\u00fcrgen", ".x", "a-b", "+x"})
    EXPECT_TRUE(plausible_user_name(name)) << name;
  EXPECT_TRUE(plausible_user_name(std::string(wire::kMaxUser, 'x')));
}

TEST(PlausibleUserName, Refuses) {
  for (const std::string_view name : {"", "-x", "-", " a", "a ", " ", "a/b", "../x", "a:b", "a\nb", "a\tb", "a\n",
                                      "\ta", "\x7f", "\x1b[m", "\b\n\r\x7fINCORRECT"})
    EXPECT_FALSE(plausible_user_name(name)) << name;
  EXPECT_FALSE(plausible_user_name(std::string(wire::kMaxUser + 1, 'x')));
  EXPECT_FALSE(plausible_user_name(std::string_view("root\0", 5)));
  EXPECT_FALSE(plausible_user_name(std::string_view("\0decoy1", 7)));
}

class NamesTest : public testing::Test {
 protected:
  ~NamesTest() override {
    wanted_room = 0;
    interruptions = user_error = group_error = 0;
  }
  SystemNames names_;
};

TEST_F(NamesTest, FindsByNameAndByUid) {
  const auto by_name = names_.find_user("root");
  const auto by_uid = names_.find_uid(0);
  ASSERT_TRUE(by_name && *by_name);
  ASSERT_TRUE(by_uid && *by_uid);
  EXPECT_EQ((*by_name)->name, "root");
  EXPECT_EQ((*by_name)->uid, 0U);
  EXPECT_EQ((*by_name)->gid, 0U);
  EXPECT_EQ((*by_uid)->name, "root");
}

TEST_F(NamesTest, NobodyIsNoError) {
  for (const std::string_view name : {"no-such-user-here", "", "a/b", "-root"}) {
    const auto found = names_.find_user(name);
    ASSERT_TRUE(found) << name;
    EXPECT_FALSE(*found) << name;
  }
  const auto cut = names_.find_user(std::string_view("root\0x", 6));
  ASSERT_TRUE(cut);
  EXPECT_FALSE(*cut) << "a NUL byte must not cut a name down to root";
  const auto by_uid = names_.find_uid(4'000'000'123U);
  ASSERT_TRUE(by_uid);
  EXPECT_FALSE(*by_uid);
}

TEST_F(NamesTest, GivesALongEntryItsRoom) {
  wanted_room = 100'000;
  interruptions = 2;
  const auto found = names_.find_user("root");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->name, "root");
}

TEST_F(NamesTest, AnEntryWithoutEndIsAnError) {
  wanted_room = SIZE_MAX;
  const auto found = names_.find_user("root");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error(), ERANGE);
}

TEST_F(NamesTest, TellsNotFoundFromNotKnown) {
  for (const int code : {ENOENT, ESRCH, EBADF, EPERM}) {
    user_error = code;
    const auto found = names_.find_user("root");
    ASSERT_TRUE(found) << code;
    EXPECT_FALSE(*found) << code;
  }
  for (const int code : {EIO, EMFILE, ENFILE, ENOMEM, ETIMEDOUT}) {
    user_error = code;
    const auto found = names_.find_user("root");
    ASSERT_FALSE(found) << code;
    EXPECT_EQ(found.error(), code);
  }
}

TEST_F(NamesTest, GroupsByName) {
  const auto groups = names_.groups_of({"root", 0, 0});
  EXPECT_NE(std::find(groups.begin(), groups.end(), "root"), groups.end());
  EXPECT_TRUE(names_.groups_of({"no-such-user-here", 4'000'000'123U, 4'000'000'123U}).empty());
}

TEST_F(NamesTest, AGroupThatCannotBeAskedIsNotLeftOut) {
  group_error = EIO;
  EXPECT_THROW((void)names_.groups_of({"root", 0, 0}), std::system_error);
  group_error = ENOENT;
  EXPECT_TRUE(names_.groups_of({"root", 0, 0}).empty());
}

}  // namespace
}  // namespace umbra

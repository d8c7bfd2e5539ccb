// The whole module while each call that it makes fails now and then. UMBRA_RUNS=2000000 is the long hunt; UMBRA_SEED
// begins at another seed, or looks at one again.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/integration/pam_module/faults/machine.hpp"

namespace umbra::test {
namespace {

// Nobody looks into it: the test's own libpam knows the one login that there is.
pam_handle_t* handle() {
  static int somewhere;
  return reinterpret_cast<pam_handle_t*>(&somewhere);
}

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* wish = std::getenv(name);
  return wish == nullptr ? otherwise : std::strtoull(wish, nullptr, 10);
}

constexpr Account kAccounts[] = {Account::enrolled, Account::enrolled,      Account::enrolled,
                                 Account::exempt,   Account::must_enrol,    Account::refused,
                                 Account::locked,   Account::not_permitted, Account::unavailable};
constexpr std::size_t kOdds[] = {0, 200, 40, 10, 3};  // one call in so many fails
constexpr int kTimeout = 2000;                        // ms, of one exchange

enum class Line : std::uint8_t { code, preauth, authfail, account };

struct Tally {
  std::uint64_t successes = 0, ignores = 0, refusals = 0;
};

class Life {
 public:
  Life(std::uint64_t seed, Account account, std::size_t odds, Tally& tally)
      : machine_(seed, account, odds), seed_(seed), tally_(&tally) {}

  void dress() {
    Dice& dice = machine_.dice;
    machine_.knows_the_code = !dice.one_in(3);
    if (dice.one_in(3)) machine_.login.authtok = dice.one_in(2) ? "correct horse" : "correct horse123456";
    if (dice.one_in(9)) machine_.login.authtok = kGoodCode;
    for (const char* word : {"nullok", "after_password", "echo", "forward_pass", "no_enrol", "debug", "quiet"})
      if (dice.one_in(3)) options_.emplace_back(word);
    if (dice.one_in(4)) options_.emplace_back(dice.one_in(2) ? "try_first_pass" : "use_first_pass");
  }

  int phase(Line line) {
    std::vector<std::string> words = options_;
    words.emplace_back("timeout=2");
    if (line == Line::preauth) words.emplace_back("preauth");
    if (line == Line::authfail) words.emplace_back("authfail");
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    const int argc = static_cast<int>(argv.size());
    machine_.daemon.forget();
    machine_.questions = 0, machine_.conversing_ms = 0;
    const std::int64_t before = machine_.now_ms;
    const int code = line == Line::account ? pam_sm_acct_mgmt(handle(), 0, argc, argv.data())
                                           : pam_sm_authenticate(handle(), 0, argc, argv.data());
    judge(line, code);
    // A question that could not even be sent has its deadline too; a late timer may stand behind it.
    const auto limit = (machine_.questions + 1) * std::int64_t{kTimeout + 5};
    if (machine_.now_ms - before - machine_.conversing_ms > limit) machine_.complain("longer than its deadline");
    return code;
  }

  // What a program may do in it, and not always in this order.
  void live() {
    Dice& dice = machine_.dice;
    if (dice.one_in(3)) phase(Line::preauth);
    const int code = phase(Line::code);
    if (code == PAM_SUCCESS || dice.one_in(3)) phase(Line::account);
    if (dice.one_in(8)) phase(Line::account);
    if (dice.one_in(8)) phase(Line::authfail);
    if (dice.one_in(8)) phase(Line::code);
    finish();
  }

  void finish() {
    machine_.end_login();
    machine_.look_for_leaks();
    EXPECT_EQ(machine_.complaint(), "") << "UMBRA_RUNS=1 UMBRA_SEED=" << seed_;
  }

  std::vector<std::string> options_;

 private:
  // The bar: no success without an acceptance that was recorded, no PAM_IGNORE without the daemon's word.
  void judge(Line line, int code) {
    const RecordingDaemon& daemon = machine_.daemon;
    ever_accepted_ |= daemon.accepted;
    if (tally_ != nullptr)
      ++(code == PAM_SUCCESS ? tally_->successes : code == PAM_IGNORE ? tally_->ignores : tally_->refusals);
    const bool may_succeed = line == Line::account ? ever_accepted_ : line == Line::code && daemon.accepted;
    const bool may_ignore = line == Line::account || (line == Line::code && daemon.said_nothing_needed) ||
                            (line == Line::preauth && daemon.said_unlocked);
    if (code == PAM_SUCCESS && !may_succeed) machine_.complain("PAM_SUCCESS without a recorded acceptance");
    if (code == PAM_IGNORE && !may_ignore) machine_.complain("PAM_IGNORE without the daemon's word");
    if (code < 0 || code >= _PAM_RETURN_VALUES) machine_.complain("a return code that PAM does not know");
  }

  Machine machine_;
  std::uint64_t seed_;
  Tally* tally_ = nullptr;
  bool ever_accepted_ = false;
};

// Whatever is found below is found on a machine that, left alone, lets in and passes whom it should.
TEST(Faults, WithoutAnyTheModuleDoesItsWork) {
  struct Case {
    Account account;
    int code, account_code, preauth;
  };
  for (const Case& wanted : {Case{Account::enrolled, PAM_SUCCESS, PAM_SUCCESS, PAM_IGNORE},
                             Case{Account::must_enrol, PAM_SUCCESS, PAM_SUCCESS, PAM_IGNORE},
                             Case{Account::exempt, PAM_IGNORE, PAM_IGNORE, PAM_IGNORE},
                             Case{Account::refused, PAM_AUTH_ERR, PAM_IGNORE, PAM_IGNORE},
                             Case{Account::locked, PAM_AUTH_ERR, PAM_IGNORE, PAM_AUTH_ERR},
                             Case{Account::not_permitted, PAM_AUTH_ERR, PAM_IGNORE, PAM_IGNORE},
                             Case{Account::unavailable, PAM_AUTHINFO_UNAVAIL, PAM_IGNORE, PAM_IGNORE}}) {
    Tally tally;
    Life life(1, wanted.account, 0, tally);
    life.options_ = {"after_password"};
    const int preauth = life.phase(Line::preauth), code = life.phase(Line::code), account = life.phase(Line::account);
    life.finish();
    EXPECT_EQ(preauth, wanted.preauth) << static_cast<int>(wanted.account);
    EXPECT_EQ(code, wanted.code) << static_cast<int>(wanted.account);
    EXPECT_EQ(account, wanted.account_code) << static_cast<int>(wanted.account);
  }
}

TEST(Faults, NoneBecomesALogin) {
  const std::uint64_t first = number("UMBRA_SEED", 1), runs = number("UMBRA_RUNS", 200'000);
  Tally tally;
  for (std::uint64_t seed = first; seed < first + runs && !HasFailure(); ++seed) {
    Dice dice(seed * 2 + 1);
    Life life(seed, dice.pick(kAccounts), dice.pick(kOdds), tally);
    life.dress();
    life.live();
  }
  std::printf("%llu lives: %llu successes, %llu ignores, %llu refusals; failed:", static_cast<unsigned long long>(runs),
              static_cast<unsigned long long>(tally.successes), static_cast<unsigned long long>(tally.ignores),
              static_cast<unsigned long long>(tally.refusals));
  for (const auto& [call, times] : Machine::faults())
    std::printf(" %s %llu,", call.c_str(), static_cast<unsigned long long>(times));
  std::printf("\n");
  if (runs < 20'000) return;  // too few to say what was not met
  EXPECT_GT(tally.successes, runs / 10);
  EXPECT_GT(tally.ignores, runs / 20);
  for (const char* call : {"calloc",
                           "strdup",
                           "setsockopt",
                           "getrandom",
                           "socket",
                           "connect",
                           "getsockopt",
                           "fcntl",
                           "close",
                           "send",
                           "recv",
                           "pam_get_item",
                           "pam_set_item",
                           "pam_get_user",
                           "pam_set_data",
                           "pam_get_data",
                           "the conversation",
                           "an answer",
                           "in time",
                           "a restart",
                           "a trusted daemon"})
    EXPECT_GT(Machine::faults()[call], runs / 1000) << call;
}

}  // namespace
}  // namespace umbra::test

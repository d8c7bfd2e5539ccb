#include "setup_tool/explain_text.hpp"

#include <gmock/gmock.h>

namespace umbra {
namespace {

using testing::HasSubstr;
using testing::Not;
using wire::Factor;

const LoginCase kLocal{"sshd", ""};

wire::ExplainReply reply_of(Factor factor, bool enabled = false, bool enforced = false) {
  wire::ExplainReply reply;
  reply.user = "alice";
  reply.rule = 2;
  reply.line = 14;
  reply.factor = static_cast<std::uint8_t>(factor);
  reply.enabled = enabled;
  reply.enforced = enforced;
  return reply;
}

TEST(Outcome, OfEachFactorAndState) {
  struct {
    Factor factor;
    const char *fresh, *enforced, *enabled;
  } const table[] = {{Factor::required, "refused", "enrol", "code"},
                     {Factor::optional, "pass_with_nullok", "enrol", "code"},
                     {Factor::exempt, "pass", "pass", "pass"},
                     {Factor::enrol, "enrol", "enrol", "code"}};
  for (const auto& row : table) {
    SCOPED_TRACE(static_cast<int>(row.factor));
    EXPECT_EQ(outcome_word(reply_of(row.factor)), row.fresh);
    EXPECT_EQ(outcome_word(reply_of(row.factor, false, true)), row.enforced);
    EXPECT_EQ(outcome_word(reply_of(row.factor, true)), row.enabled);
    EXPECT_EQ(outcome_word(reply_of(row.factor, true, true)), row.enabled);
  }
}

TEST(Outcome, NoneForANumberThatIsNoFactor) {
  for (const int factor : {0, 5, 255}) EXPECT_EQ(outcome_word(reply_of(static_cast<Factor>(factor), true)), "");
}

TEST(ExplainPage, NamesTheRuleOrThatThereIsNone) {
  EXPECT_THAT(explain_page(kLocal, reply_of(Factor::required)),
              HasSubstr("rule 2, config.toml line 14: second_factor is \"required\"."));
  wire::ExplainReply reply = reply_of(Factor::optional);
  reply.rule = 0;
  EXPECT_THAT(explain_page(kLocal, reply), HasSubstr("No rule matches, so second_factor is \"optional\"."));
}

TEST(ExplainPage, OneSentenceAFact) {
  wire::ExplainReply reply = reply_of(Factor::optional);
  std::string page = explain_page({"sudo", "192.0.2.7"}, reply);
  EXPECT_THAT(page, HasSubstr("A login of alice through sudo, from 192.0.2.7.\n"));
  EXPECT_THAT(page, HasSubstr("alice is not enrolled.\n"));
  for (const char* word : {"locked", "Too many", "must enrol"}) EXPECT_THAT(page, Not(HasSubstr(word)));
  reply.enabled = reply.enforced = reply.locked = reply.source_locked = true;
  page = explain_page(kLocal, reply);
  EXPECT_THAT(page, HasSubstr("from this machine.\n"));
  EXPECT_THAT(page, HasSubstr("alice is enabled.\n"));
  EXPECT_THAT(page, HasSubstr("alice must enrol"));
  EXPECT_THAT(page, HasSubstr("alice is locked"));
  EXPECT_THAT(page, HasSubstr("umbra-totp unlock alice"));
  EXPECT_THAT(page, HasSubstr("Too many failures came from the same place"));
}

TEST(ExplainPage, EndsWithWhatComesOfIt) {
  const std::pair<wire::ExplainReply, const char*> table[] = {
      {reply_of(Factor::required, true), "will be asked for a code"},
      {reply_of(Factor::exempt), "is not asked for a code"},
      {reply_of(Factor::optional), "only where the PAM line says nullok; elsewhere it is refused"},
      {reply_of(Factor::enrol), "where the PAM line says after_password and not no_enrol; elsewhere it is refused"},
      {reply_of(Factor::required), "is refused until alice is set up"}};
  for (const auto& row : table) EXPECT_THAT(explain_page(kLocal, row.first), HasSubstr(row.second));
}

TEST(ExplainPage, NothingSteersTheTerminal) {
  wire::ExplainReply reply = reply_of(Factor::enrol);
  reply.user = "a\x1b[2J";
  EXPECT_EQ(explain_page({"\x1b[2J", ""}, reply).find('\x1b'), std::string::npos);
}

TEST(ExplainJson, HasTheContractsKeys) {
  wire::ExplainReply reply = reply_of(Factor::required, true);
  reply.source_locked = true;
  EXPECT_EQ(explain_json({"sshd", "192.0.2.7"}, reply),
            R"({"user":"alice","service":"sshd","source":"192.0.2.7","rule":2,"line":14,"second_factor":"required",)"
            R"("enabled":true,"enforced":false,"locked":false,"source_locked":true,"outcome":"code"})"
            "\n");
  reply = reply_of(Factor::optional);
  reply.rule = 0;
  reply.line = 0;
  EXPECT_THAT(explain_json(kLocal, reply), HasSubstr(R"("rule":null,"line":null,"second_factor":"optional")"));
}

}  // namespace
}  // namespace umbra

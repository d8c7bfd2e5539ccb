// A scripted program and a scripted daemon for the module's flow: what they say is set beforehand, what they heard is
// read afterwards.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pam_module/login.hpp"
#include "tests/support/field_cursors.hpp"

namespace umbra::test {

class FakeHost final : public Host {
 public:
  struct Prompt {
    std::string text;
    bool echo;
  };
  struct Line {
    Weight weight;
    std::string text;
  };

  bool user(std::string_view& name) noexcept override {
    if (!user_name) return false;
    name = *user_name;
    return true;
  }
  std::string_view service() noexcept override { return service_name; }
  std::string_view tty() noexcept override { return tty_name; }
  std::string_view rhost() noexcept override { return rhost_name; }

  bool prompt(const char* text, bool echo, Typed& answer) noexcept override {
    prompts.push_back({text, echo});
    if (answers.empty()) return false;
    if (answers.front()) answer.take(strdup(answers.front()->c_str()));
    secrets.push_back(answers.front().value_or(""));
    answers.pop_front();
    return true;
  }
  void show_info(const char* text) noexcept override { infos.emplace_back(text); }
  void show_error(const char* text) noexcept override { errors.emplace_back(text); }

  Typed password() noexcept override { return Typed::copy_of(password_text ? password_text->c_str() : nullptr); }
  bool set_password(const char* text) noexcept override {
    if (out_of_memory) return false;
    password_text = text;
    return true;
  }

  bool keep(Bytes token) noexcept override {
    if (out_of_memory) return false;
    token_text = test::text(token);
    return true;
  }
  bool kept(Token& token) noexcept override { return token_text && token.assign(test::bytes(*token_text)); }
  void forget() noexcept override { token_text.reset(); }

  void log(Weight weight, const char* text, const char* detail) noexcept override {
    lines.push_back({weight, std::string(text) + " " + detail});
    if (user_name) expect_absent(*user_name);
    for (const auto& secret : secrets) expect_absent(secret);
  }

  [[nodiscard]] std::size_t count(Weight weight) const {
    std::size_t n = 0;
    for (const auto& line : lines) n += line.weight == weight;
    return n;
  }

  std::optional<std::string> user_name = "zoe_the_user";
  std::string service_name = "sshd", tty_name = "ssh", rhost_name = "192.0.2.7";
  std::deque<std::optional<std::string>> answers;  // nothing: the program says yes without an answer; none left: fails
  std::optional<std::string> password_text;
  std::optional<std::string> token_text;
  bool out_of_memory = false;

  std::vector<Prompt> prompts;
  std::vector<std::string> infos, errors, secrets;
  std::vector<Line> lines;

 private:
  // Neither names nor what was typed may be in a log line.
  void expect_absent(const std::string& private_text) const {
    if (private_text.size() < 2) return;  // a single letter stands in any sentence
    EXPECT_EQ(lines.back().text.find(private_text), std::string::npos) << lines.back().text;
  }
};

class FakeDaemon final : public Daemon {
 public:
  struct Begun {
    std::string user, service, tty, rhost;
    bool nullok, may_enrol;
    wire::RequestId id;
  };
  struct Told {
    std::string user, service, tty, rhost;
    bool typed;
    wire::RequestId id;
  };
  struct Heard {
    std::string challenge, answer;
    wire::RequestId id;
  };
  template <class Reply>
  struct Says {
    ChannelError error = ChannelError::none;
    wire::Status status = wire::Status::ok;
    Reply reply{};
  };

  ChannelError begin(const wire::Begin& m, const wire::RequestId& id, wire::Status& status,
                     wire::BeginReply& reply) noexcept override {
    begins.push_back({std::string(m.user), std::string(m.service), std::string(m.tty), std::string(m.rhost), m.nullok,
                      m.may_enrol, id});
    return say(begin_script, status, reply);
  }
  ChannelError verify(const wire::Verify& m, const wire::RequestId& id, wire::Status& status,
                      wire::VerifyReply& reply) noexcept override {
    before_verify();
    verifies.push_back({std::string(m.challenge), std::string(m.answer), id});
    return say(verify_script, status, reply);
  }
  ChannelError complete(const wire::Complete& m, const wire::RequestId& id, wire::Status& status) noexcept override {
    completes.push_back({std::string(m.verified), "", id});
    wire::Nothing reply;
    return say(complete_script, status, reply);
  }

  ChannelError preauth(const wire::Preauth& m, const wire::RequestId& id, wire::Status& status,
                       wire::PreauthReply& reply) noexcept override {
    preauths.push_back(
        {std::string(m.user), std::string(m.service), std::string(m.tty), std::string(m.rhost), false, id});
    return say(preauth_script, status, reply);
  }
  ChannelError authfail(const wire::Authfail& m, const wire::RequestId& id, wire::Status& status) noexcept override {
    authfails.push_back(
        {std::string(m.user), std::string(m.service), std::string(m.tty), std::string(m.rhost), m.typed, id});
    wire::Nothing reply;
    return say(authfail_script, status, reply);
  }
  ChannelError enrol(const wire::Enrol& m, const wire::RequestId& id, wire::Status& status,
                     wire::EnrolReply& reply) noexcept override {
    enrols.push_back({std::string(m.challenge), "", id});
    return say(enrol_script, status, reply);
  }

  void asks(std::string_view challenge = "challenge", std::uint8_t digits = 6) {
    begin_script.push_back({.reply = {static_cast<std::uint8_t>(wire::Ask::code), digits, challenge}});
  }
  void asks_to_enrol(std::string_view challenge = "challenge") {
    begin_script.push_back({.reply = {static_cast<std::uint8_t>(wire::Ask::enrol), 6, challenge}});
  }
  void asks_nothing() { begin_script.push_back({.reply = {static_cast<std::uint8_t>(wire::Ask::nothing), 0, ""}}); }
  void accepts(std::string_view token = "verified") {
    verify_script.push_back({.reply = {true, false, wire::kAttemptsNotTold, token}});
  }
  void refuses(bool locked = false, std::uint8_t attempts_left = wire::kAttemptsNotTold) {
    verify_script.push_back({.reply = {false, locked, attempts_left, ""}});
  }

  // A channel has one buffer: what an older reply pointed at is gone.
  std::function<void()> before_verify = [] {};
  std::deque<Says<wire::BeginReply>> begin_script;
  std::deque<Says<wire::VerifyReply>> verify_script;
  std::deque<Says<wire::Nothing>> complete_script, authfail_script;
  std::deque<Says<wire::PreauthReply>> preauth_script;
  std::deque<Says<wire::EnrolReply>> enrol_script;
  std::vector<Begun> begins;
  std::vector<Told> preauths, authfails;
  std::vector<Heard> verifies, completes, enrols;

 private:
  template <class Reply>
  static ChannelError say(std::deque<Says<Reply>>& script, wire::Status& status, Reply& reply) {
    if (script.empty()) {
      ADD_FAILURE() << "a request that the test does not expect";
      return ChannelError::absent;
    }
    const auto says = script.front();
    script.pop_front();
    if (says.error == ChannelError::none) status = says.status;
    if (says.error == ChannelError::none && says.status == wire::Status::ok) reply = says.reply;
    return says.error;
  }
};

// One login with its program, daemon and options.
struct Scene {
  FakeHost host;
  FakeDaemon daemon;
  Options options;

  Outcome authenticate() { return umbra::authenticate(host, daemon, options); }
  Outcome complete() { return umbra::complete(host, daemon, options); }
  [[nodiscard]] std::string heard(std::size_t index = 0) const {
    return index < daemon.verifies.size() ? daemon.verifies[index].answer : "(nothing was verified)";
  }
};

}  // namespace umbra::test

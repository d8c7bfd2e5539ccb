#include "setup_tool/doctor/machine.hpp"

#include <sys/stat.h>
#include <sys/timex.h>

#include "common/tool_messages.hpp"
#include "setup_tool/doctor/program.hpp"

namespace umbra {
namespace {

constexpr std::size_t kMostNames = 5;  // of users who wait

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

bool is_there(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0;
}

// Throws where a page is not what it says it is, or would lead round in a circle.
void read_page(const wire::ListReply& reply, std::string& last, Roll& roll) {
  Reader items(reply.items);
  for (unsigned i = 0; i < reply.count; ++i) {
    wire::UserState state;
    wire::UserState::fields(items, state);
    if (!items.ok() || state.user <= last) Client::throw_broken();
    last = state.user;
    if (state.enabled) ++roll.enabled;
    if (state.enabled || !state.enforced) continue;
    if (roll.waiting.size() < kMostNames) roll.waiting.push_back(last);
    ++roll.all_waiting;
  }
  if (!items.at_end() || (reply.more && reply.count == 0)) Client::throw_broken();
}

}  // namespace

Findings judge_daemon(Client& client, const MachinePaths& paths, std::string_view version) {
  try {
    wire::PingReply reply;
    client.require(wire::Ping{}, reply, "");
    if (reply.version == version)
      return {{Level::good, "daemon", "umbra-totpd " + std::string(version) + " answers", "", "", ""}};
    return {{Level::warning, "daemon",
             "umbra-totpd is " + std::string(reply.version) + ", this tool " + std::string(version),
             "the daemon was not restarted, or one of them not upgraded", paths.socket,
             "systemctl restart umbra-totpd"}};
  } catch (const Failure& failure) {
    const bool keyless = is_keyless(paths) && is_there(paths.state_dir + "/data.mdb");
    return {{Level::open, "daemon", failure.what(),
             keyless ? "it does not start: there is a database, and the key ring that opens it is missing"
                     : "nobody is let in while it is down; it does not start where key ring and database disagree",
             paths.socket, keyless ? "put " + paths.keyring + " back from your backup" : "journalctl -u umbra-totpd"}};
  }
}

Findings judge_config(const MachinePaths& paths) {
  if (!is_there(paths.daemon))
    return {{Level::note, "configuration", "not looked at: there is no " + paths.daemon + " to ask", "", "", ""}};
  const Heard heard = run_program({paths.daemon, "--check-config", "--config", paths.config});
  if (heard.exit == 0) return {{Level::good, "configuration", first_line(heard.output), "", "", ""}};
  return {{Level::open, "configuration", first_line(heard.output), "the daemon does not start with it", paths.config,
           "correct it: umbra-totp.conf(5)"}};
}

// TIME_ERROR and STA_UNSYNC are the kernel's words for a clock that nobody sets.
Findings judge_clock() {
  timex clock{};
  const int state = adjtimex(&clock);
  if (state >= 0 && state != TIME_ERROR && (static_cast<unsigned>(clock.status) & STA_UNSYNC) == 0)
    return {{Level::good, "clock", "synchronised", "", "", ""}};
  return {{Level::warning, "clock", state < 0 ? "cannot be asked" : "not synchronised",
           "codes are refused once it is more than a minute off", "", "timedatectl set-ntp true"}};
}

Roll ask_roll(Client& client) {
  Roll roll;
  std::string last;
  for (bool more = true; more;) {
    wire::ListReply reply;
    client.require(wire::List{last}, reply, last);
    more = reply.more;
    read_page(reply, last, roll);
  }
  roll.complete = true;
  return roll;
}

Findings judge_roll(const Roll& roll) {
  if (!roll.complete)
    return {{Level::open, "users", "not looked at", "the daemon did not list them", "", "systemctl start umbra-totpd"}};
  if (roll.all_waiting == 0)
    return {{Level::good, "users", std::to_string(roll.enabled) + " enabled, nobody waits to enrol", "", "", ""}};
  std::string names;
  for (const std::string& name : roll.waiting) names += (names.empty() ? "" : ", ") + name;
  if (roll.all_waiting > roll.waiting.size()) names += " and others";
  return {{Level::warning, "users", std::to_string(roll.all_waiting) + " must enrol and have not: " + names,
           "they are refused wherever the PAM line does not say after_password, or says no_enrol", "",
           "umbra-totp setup " + roll.waiting.front()}};
}

}  // namespace umbra

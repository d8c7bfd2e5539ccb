#include "setup_tool/doctor/sshd_judge.hpp"

#include <algorithm>
#include <sstream>

#include "setup_tool/doctor/pam_judge.hpp"

namespace umbra::sshd {
namespace {

struct Default {
  const char* keyword;
  const char* value;
  const char* name;  // as people write it
};
// sshd's own.
constexpr Default kDefaults[] = {{"usepam", "no", "UsePAM"},
                                 {"kbdinteractiveauthentication", "yes", "KbdInteractiveAuthentication"},
                                 {"pubkeyauthentication", "yes", "PubkeyAuthentication"},
                                 {"hostbasedauthentication", "no", "HostbasedAuthentication"},
                                 {"gssapiauthentication", "no", "GSSAPIAuthentication"},
                                 {"permitrootlogin", "prohibit-password", "PermitRootLogin"},
                                 {"authenticationmethods", "any", "AuthenticationMethods"}};

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

const Default& default_of(const std::string& keyword) {
  return *std::find_if(std::begin(kDefaults), std::end(kDefaults),
                       [&](const Default& d) { return d.keyword == keyword; });
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

bool asks_pam(const std::string& method) {
  return method == "password" || method == "keyboard-interactive" || method.starts_with("keyboard-interactive:pam");
}

// The first list of methods that lets in without PAM; empty where there is none.
std::string way_round(const Server& server, const std::string& methods) {
  if (methods == "any") {
    for (const auto& [keyword, method] :
         {std::pair("pubkeyauthentication", "publickey"), std::pair("hostbasedauthentication", "hostbased"),
          std::pair("gssapiauthentication", "gssapi-with-mic")})
      if (const std::string value = server.value(keyword); value != "no") return method;
    return "";
  }
  for (const std::string& list : split(methods, ' ')) {
    const auto parts = split(list, ',');
    if (std::none_of(parts.begin(), parts.end(), asks_pam)) return list;
  }
  return "";
}

Finding of_setting(const Server& server, const std::string& keyword, const std::string& what, std::string why,
                   const std::string& better) {
  const Setting* const set = winner(server.settings, keyword);
  if (set != nullptr)
    if (const Setting* const other = loser(server.settings, *set))
      why += "; " + pam::text_of(other->place) + " says " + other->value + ", but the first value wins";
  const std::string line = std::string(default_of(keyword).name) + " " + better;
  return {Level::open,
          "sshd",
          what,
          why,
          set != nullptr ? pam::text_of(set->place) : server.path,
          set != nullptr ? line : line + " (in the first lines, before any Match)"};
}

void judge_methods(const Server& server, Findings& findings) {
  const std::string round = way_round(server, server.value("authenticationmethods"));
  if (!round.empty())
    findings.push_back(of_setting(server, "authenticationmethods", round + " alone lets in without a code",
                                  "sshd then asks PAM for nothing", "publickey,keyboard-interactive"));
}

void judge_kbd(const Server& server, Findings& findings) {
  if (server.value("kbdinteractiveauthentication") == "yes") return;
  Finding finding =
      of_setting(server, "kbdinteractiveauthentication", "keyboard-interactive is off: nobody can be asked for a code",
                 "the method password carries one answer alone", "yes");
  if (server.code_in_password) finding.level = Level::warning;
  findings.push_back(finding);
}

// A Match block counts for some: meant so, it is an exemption.
void judge_matches(const Server& server, Findings& findings) {
  for (const Setting& one : server.settings) {
    if (one.match.empty() || lower(one.match) == "all") continue;
    const std::string value = lower(one.value), whom = "for some (Match " + one.match + ") ";
    const bool round = one.keyword == "authenticationmethods" && !way_round(server, value).empty();
    const bool key = one.keyword == "pubkeyauthentication" && value != "no" &&
                     server.value("pubkeyauthentication") == "no" && server.value("authenticationmethods") == "any";
    if (round || key)
      findings.push_back({Level::warning, "sshd",
                          whom + (key ? "publickey" : way_round(server, value)) + " alone lets in without a code",
                          "meant so, it is an exemption", pam::text_of(one.place),
                          key ? "PubkeyAuthentication no" : "AuthenticationMethods publickey,keyboard-interactive"});
    if (one.keyword == "kbdinteractiveauthentication" && value != "yes")
      findings.push_back({Level::warning, "sshd", whom + "keyboard-interactive is off",
                          "they cannot be asked for a code", pam::text_of(one.place),
                          "KbdInteractiveAuthentication yes"});
  }
}

void judge_root(const Server& server, Findings& findings) {
  const std::string value = server.value("permitrootlogin");
  if (value == "yes")
    findings.push_back({Level::note, "sshd", "root may log in: enrol root, or set PermitRootLogin no", "", "", ""});
  else if (value == "prohibit-password" || value == "without-password")
    findings.push_back({Level::note, "sshd", "root cannot log in where keyboard-interactive is asked for",
                        "PermitRootLogin " + value + " forbids root that method", "", ""});
}

// Where the files and sshd disagree, doctor looked at the wrong ones.
void judge_told(const Server& server, Findings& findings) {
  for (const Default& one : kDefaults) {
    const auto told = server.told.find(one.keyword);
    const Setting* const set = winner(server.settings, one.keyword);
    if (told == server.told.end() || set == nullptr || !set->match.empty()) continue;
    const std::string value = lower(set->value);
    const bool old_name = value == "without-password" && told->second == "prohibit-password";
    if (told->second != value && !old_name && told->second != "without-password")
      findings.push_back({Level::warning, "sshd", std::string(one.name) + " is " + told->second + " by sshd -T",
                          "the file says otherwise", pam::text_of(set->place),
                          "see which file sshd reads: ps -C sshd -o args"});
  }
}

}  // namespace

std::string Server::value(const std::string& keyword) const {
  const Setting* const set = winner(settings, keyword);
  if (set != nullptr && !set->match.empty()) return lower(set->value);  // sshd -T does not look into Match all
  if (const auto one = told.find(keyword); one != told.end()) return one->second;
  return set != nullptr ? lower(set->value) : default_of(keyword).value;
}

Findings judge(const Server& server) {
  Findings findings;
  if (server.value("usepam") != "yes")
    findings.push_back(of_setting(server, "usepam", "UsePAM is not yes: no PAM stack is asked",
                                  "sshd checks passwords itself", "yes"));
  judge_kbd(server, findings);
  judge_methods(server, findings);
  if (findings.empty()) findings.push_back({Level::good, "sshd", "every way in asks PAM", "", "", ""});
  judge_matches(server, findings);
  judge_root(server, findings);
  judge_told(server, findings);
  return findings;
}

bool key_comes_first(const Server& server) {
  const std::string methods = server.value("authenticationmethods");
  const auto lists = split(methods, ' ');
  return methods != "any" && std::all_of(lists.begin(), lists.end(), [](const std::string& list) {
           const auto parts = split(list, ',');
           return !parts.empty() && !asks_pam(parts.front());
         });
}

std::map<std::string, std::string> read_told(const std::string& output) {
  std::map<std::string, std::string> told;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (const auto gap = line.find(' '); gap != std::string::npos)
      told.emplace(line.substr(0, gap), lower(line.substr(gap + 1)));
  return told;
}

}  // namespace umbra::sshd

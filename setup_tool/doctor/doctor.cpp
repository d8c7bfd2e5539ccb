#include "setup_tool/doctor/doctor.hpp"

#include <unistd.h>

#include <algorithm>

#include "paths.h"
#include "setup_tool/doctor/machine.hpp"
#include "setup_tool/doctor/pam_judge.hpp"
#include "setup_tool/doctor/program.hpp"
#include "setup_tool/doctor/sshd_judge.hpp"
#include "setup_tool/tool.hpp"

namespace umbra {
namespace {

// What lets people in on most machines: worth a word where it asks for no code.
constexpr const char* kUsual[] = {"login", "sshd", "su", "sudo"};
constexpr const char* kSshdProgram = "/usr/sbin/sshd";

void add(Findings& findings, const Findings& more) { findings.insert(findings.end(), more.begin(), more.end()); }

std::vector<pam::Service> all_services(const Tree& tree) {
  std::vector<pam::Service> services;
  const pam::ReadFile read = tree.pam_files();
  const pam::Stack other = read_stack("other", read);
  for (const std::string& name : tree.services())
    services.push_back({name, read_stack(name, read), other, tree.installed()});
  return services;
}

// A file that others include is judged where they are.
bool is_included(const std::vector<pam::Service>& services, const std::string& name) {
  return std::any_of(services.begin(), services.end(), [&name](const pam::Service& service) {
    return service.name != name &&
           std::any_of(service.stack.lines.begin(), service.stack.lines.end(), [&name](const pam::Line& line) {
             return line.place.file.substr(line.place.file.rfind('/') + 1) == name;
           });
  });
}

std::vector<pam::Service> with_our_line(const Tree& tree, Findings& findings) {
  std::vector<pam::Service> services = all_services(tree), chosen;
  for (const pam::Service& service : services) {
    const bool usual = std::find(std::begin(kUsual), std::end(kUsual), service.name) != std::end(kUsual);
    if (service.mentions_ours() || service.stack.broken) {
      if (usual || !is_included(services, service.name)) chosen.push_back(service);
    } else if (usual) {
      findings.push_back({Level::note, service.name, "not asked for a code", "", "", ""});
    }
  }
  if (chosen.empty())
    findings.push_back({Level::open, "PAM", "no service asks for a code",
                        "no file in /etc/pam.d has " + std::string(pam::kOurModule), "/etc/pam.d",
                        "add the lines of pam_umbra_totp(8), EXAMPLES, to a service"});
  return chosen;
}

std::vector<pam::Service> named(const Tree& tree, const std::vector<std::string>& names) {
  std::vector<pam::Service> services;
  services.reserve(names.size());
  const pam::ReadFile read = tree.pam_files();
  for (const std::string& name : names)
    services.push_back({name, read_stack(name, read), read_stack("other", read), tree.installed()});
  return services;
}

sshd::Server server_of(const Tree& tree, const pam::Service& service, const std::string& told) {
  sshd::Server server{kSshdConfig, sshd::read_settings(kSshdConfig, tree.sshd_files()), sshd::read_told(told)};
  for (const pam::Line& line : service.of(pam::Group::auth))
    for (const char* option : {"forward_pass", "use_first_pass", "try_first_pass"})
      if (is_ours(line) && has_option(line, option)) server.code_in_password = true;
  return server;
}

MachinePaths machine_paths(const std::string& socket) {
  return {socket,
          UMBRA_KEYRING_FILE,
          UMBRA_STATE_DIR,
          UMBRA_CONFIG_FILE,
          // As long as the daemon runs, and sealed.
          {"/run/credentials/umbra-totpd.service/keyring", "/etc/credstore.encrypted/umbra-totp.keyring"},
          UMBRA_DAEMON};
}

void judge_users(Client& client, Findings& findings) {
  try {
    add(findings, judge_roll(ask_roll(client)));
  } catch (const Failure&) {
    add(findings, judge_roll({}));
  }
}

Findings judge_machine(Tool& tool) {
  const MachinePaths paths = machine_paths(tool.words.socket);
  Findings findings = judge_daemon(tool.client, paths, UMBRA_VERSION);
  add(findings, judge_files(paths));
  add(findings, judge_config(paths));
  add(findings, judge_clock());
  judge_users(tool.client, findings);
  return findings;
}

// Where sshd cannot say it, the files do; that it cannot is a finding of its own.
std::string ask_sshd(Findings& findings) {
  if (access(kSshdProgram, X_OK) != 0) return "";
  const Heard heard = run_program({kSshdProgram, "-T"});
  if (heard.exit == 0) return heard.output;
  findings.push_back({Level::warning, "sshd", "sshd -T fails: " + heard.output.substr(0, heard.output.find('\n')),
                      "doctor read the files instead", kSshdConfig, "sshd -t says what is wrong"});
  return "";
}

}  // namespace

Findings judge_tree(const Tree& tree, const std::vector<std::string>& services, const std::string& told) {
  Findings findings;
  for (pam::Service& service : services.empty() ? with_our_line(tree, findings) : named(tree, services)) {
    if (service.name == "sshd") {
      const sshd::Server server = server_of(tree, service, told);
      service.proved_before = key_comes_first(server);
      add(findings, judge(server));
    }
    add(findings, judge_service(service));
  }
  return findings;
}

Exit run_checkup(Tool& tool) {
  const bool here = tool.words.root.empty();
  if (here && geteuid() != 0)
    throw Failure(Exit::not_permitted, "doctor looks at what is root's alone: run it as root");
  if (!here && access((tool.words.root + "/etc/pam.d").c_str(), R_OK) != 0)
    throw Failure(Exit::bad_file, "cannot read " + tool.words.root + "/etc/pam.d: name the root of a system");
  Findings findings = here ? judge_machine(tool) : Findings();
  const std::string told = here ? ask_sshd(findings) : "";
  add(findings, judge_tree(Tree(tool.words.root), tool.words.services, told));
  tool.out.write(tool.words.json ? findings_json(findings) : findings_page(findings));
  return exit_of(findings);
}

}  // namespace umbra

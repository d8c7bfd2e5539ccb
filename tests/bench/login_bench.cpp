// P workers log users in through libpam, each user once, and tell how long that took.
//
//   login_bench CONFDIR SERVICE WORKERS held|fresh|warm < LINES
//
// Each line of standard input is a user and what that user types at the prompt. `held`: the modules stay loaded from
// login to login. `fresh`: a new process for each login, which pays for loading them as sshd and sudo do. `warm`: held,
// and some wrong codes go ahead unmeasured, for where there are too few users to forget the first login's extra. One
// line of JSON on standard output.

#include <dlfcn.h>
#include <security/pam_appl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <new>
#include <span>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

enum class Mode { held, fresh, warm };

struct Login {
  std::string user, typed;
};

struct Service {
  const char* confdir;
  const char* name;
  std::vector<std::string> modules;  // paths that the service's file names
};

// What workers tell their parent, in memory that all share.
struct Shared {
  std::atomic<unsigned> next{0}, refused{0}, ready{0}, not_fresh{0};
  std::atomic<std::int64_t> cpu{0};  // microseconds between the start and the end, of all workers and their children
  static constexpr unsigned kMost = 1'000'000;
  float micros[kMost] = {};  // of each login
};

int answer(int count, const pam_message**, pam_response** responses, void* data) {
  auto* const all = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  for (int i = 0; i < count; ++i) all[i].resp = strdup(static_cast<const Login*>(data)->typed.c_str());
  *responses = all;
  return PAM_SUCCESS;
}

bool log_in(const Service& service, Login& login) {
  const pam_conv conversation{answer, &login};
  pam_handle_t* pam = nullptr;
  if (pam_start_confdir(service.name, login.user.c_str(), &conversation, service.confdir, &pam) != PAM_SUCCESS)
    return false;
  const int result = pam_authenticate(pam, 0);
  pam_end(pam, result);
  return result == PAM_SUCCESS;
}

bool log_in_freshly(const Service& service, Login& login) {
  const pid_t child = fork();
  if (child == 0) _exit(log_in(service, login) ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<std::string> modules_of(const std::string& file_name) {
  std::vector<std::string> modules;
  std::ifstream file(file_name);
  for (std::string word; file >> word;)
    if (word.starts_with('/') && word.ends_with(".so")) modules.push_back(word);
  return modules;
}

// A child of a process that has the module, or what modules drag in, would find it there and load nothing.
bool nothing_loaded(const Service& service) {
  std::vector<std::string> names = service.modules;
  names.insert(names.end(), {"libstdc++.so.6", "libcrypto.so.3"});
  return std::ranges::none_of(names, [](const auto& n) { return dlopen(n.c_str(), RTLD_LAZY | RTLD_NOLOAD); });
}

std::int64_t cpu_micros() {
  std::int64_t sum = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& t : {usage.ru_utime, usage.ru_stime}) sum += t.tv_sec * std::int64_t{1'000'000} + t.tv_usec;
  }
  return sum;
}

// Strangers, since the user may fail but once: google-authenticator takes three tries in half a minute.
void warm_up(const Service& service, Login login) {
  const std::string user = login.user;
  login.typed = login.typed == "000000" ? "000001" : "000000";
  for (unsigned stranger = 0; stranger < 8; ++stranger) {
    login.user = "bench999999" + std::to_string(stranger);
    log_in(service, login);
  }
  login.user = user;
  log_in(service, login);
}

// `start` gives its end once all are ready; nobody spins, since that would count as work.
void work(Shared& shared, std::span<Login> logins, const Service& service, Mode mode, int start) {
  const bool fresh = mode == Mode::fresh;
  // A server's own handle keeps the modules loaded between logins, and so do we.
  if (!fresh) std::ranges::for_each(service.modules, [](const auto& path) { dlopen(path.c_str(), RTLD_NOW); });
  if (mode == Mode::warm && !logins.empty()) warm_up(service, logins[0]);
  const std::int64_t cpu_before = cpu_micros();
  ++shared.ready;
  char nothing = 0;
  while (read(start, &nothing, 1) > 0) continue;
  for (unsigned i = shared.next++; i < logins.size(); i = shared.next++) {
    const auto begin = Clock::now();
    const bool good = fresh ? log_in_freshly(service, logins[i]) : log_in(service, logins[i]);
    shared.micros[i] = std::chrono::duration<float, std::micro>(Clock::now() - begin).count();
    if (!good) ++shared.refused;
  }
  shared.cpu += cpu_micros() - cpu_before;
  if (fresh && !nothing_loaded(service)) ++shared.not_fresh;
}

std::vector<Login> read_logins() {
  std::vector<Login> logins;
  for (Login login; std::cin >> login.user >> login.typed;) logins.push_back(login);
  return logins;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string word = argc == 5 ? argv[4] : "";
  if (word != "held" && word != "fresh" && word != "warm") {
    std::fprintf(stderr, "usage: login_bench CONFDIR SERVICE WORKERS held|fresh|warm < LINES\n");
    return 2;
  }
  const Mode mode = word == "held" ? Mode::held : word == "fresh" ? Mode::fresh : Mode::warm;
  const Service service{argv[1], argv[2], modules_of(std::string(argv[1]) + "/" + argv[2])};
  const auto workers = static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10));
  auto logins = read_logins();
  const std::size_t count = logins.size();
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || count == 0 || count > Shared::kMost) return 1;
  auto& shared = *new (memory) Shared;
  int start[2];
  if (pipe(start) != 0) return 1;
  std::vector<pid_t> children;
  for (unsigned w = 0; w < workers; ++w) {
    const pid_t child = fork();
    if (child == 0) {
      close(start[1]);
      work(shared, logins, service, mode, start[0]);
      _exit(0);
    }
    children.push_back(child);
  }
  while (shared.ready < workers) usleep(1000);
  const auto begin = Clock::now();
  close(start[1]);
  for (const pid_t child : children) waitpid(child, nullptr, 0);
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  if (shared.not_fresh != 0) {
    std::fprintf(stderr, "login_bench: a fresh login found libraries loaded that it is to load\n");
    return 1;
  }

  std::sort(shared.micros, shared.micros + count);
  std::printf("{\"logins\": %zu, \"refused\": %u, \"seconds\": %.6f, \"p50\": %.1f, \"p99\": %.1f, \"cpu\": %.6f}\n",
              count, shared.refused.load(), took, static_cast<double>(shared.micros[count / 2]),
              static_cast<double>(shared.micros[std::min(count - 1, count * 99 / 100)]),
              static_cast<double>(shared.cpu) / 1e6);
  return 0;
}

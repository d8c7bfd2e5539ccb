// P workers log users in through libpam, each user once, and tell how long that took.
//
//   login_bench CONFDIR SERVICE FIRST COUNT WORKERS [fresh]
//
// Users FIRST to FIRST + COUNT - 1 give the right, unused code of this time step. `fresh`: a new process for each
// login, which pays for loading the module as sshd and sudo do. One line of JSON on standard output.

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
#include <ctime>
#include <fstream>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "daemon/rules/totp.hpp"
#include "tests/bench/population.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using umbra::bench::user_name;

struct Login {
  std::string user;
  char code[8];
};

// What workers tell their parent, in memory that all share.
struct Shared {
  std::atomic<unsigned> next{0}, refused{0}, ready{0};
  static constexpr unsigned kMost = 1'000'000;
  float micros[kMost] = {};  // of each login
};

int answer(int count, const pam_message**, pam_response** responses, void* data) {
  auto* const all = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  for (int i = 0; i < count; ++i) all[i].resp = strdup(static_cast<const Login*>(data)->code);
  *responses = all;
  return PAM_SUCCESS;
}

bool log_in(const char* confdir, const char* service, Login& login) {
  const pam_conv conversation{answer, &login};
  pam_handle_t* pam = nullptr;
  if (pam_start_confdir(service, login.user.c_str(), &conversation, confdir, &pam) != PAM_SUCCESS) return false;
  const int result = pam_authenticate(pam, 0);
  pam_end(pam, result);
  return result == PAM_SUCCESS;
}

bool log_in_freshly(const char* confdir, const char* service, Login& login) {
  const pid_t child = fork();
  if (child == 0) _exit(log_in(confdir, service, login) ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Keeps the service's modules loaded between logins, as a server's own handle does; only a fresh process loads anew.
void hold_modules(const char* confdir, const char* service) {
  std::ifstream file(std::string(confdir) + "/" + service);
  for (std::string word; file >> word;)
    if (word.starts_with('/') && word.ends_with(".so")) dlopen(word.c_str(), RTLD_NOW);
}

// `start` gives its end once all are ready; nobody spins, since that would count as work.
void work(Shared& shared, std::span<Login> logins, const char* confdir, const char* service, bool fresh, int start) {
  if (!fresh) hold_modules(confdir, service);
  ++shared.ready;
  char nothing = 0;
  while (read(start, &nothing, 1) > 0) continue;
  for (unsigned i = shared.next++; i < logins.size(); i = shared.next++) {
    const auto begin = Clock::now();
    const bool good = fresh ? log_in_freshly(confdir, service, logins[i]) : log_in(confdir, service, logins[i]);
    shared.micros[i] = std::chrono::duration<float, std::micro>(Clock::now() - begin).count();
    if (!good) ++shared.refused;
  }
}

std::vector<Login> prepare(unsigned first, unsigned count) {
  std::vector<Login> logins(count);
  const auto step = umbra::time_step(std::time(nullptr), 30);
  for (unsigned i = 0; i < count; ++i) {
    logins[i].user = user_name(first + i);
    const auto secret = umbra::bench::secret(first + i);
    std::snprintf(logins[i].code, sizeof logins[i].code, "%06u",
                  umbra::Hotp(umbra::wire::Algorithm::sha1, secret, 6)(step) % 1'000'000U);
  }
  return logins;
}

double seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: login_bench CONFDIR SERVICE FIRST COUNT WORKERS [fresh]\n");
    return 2;
  }
  const auto number = [&](int i) { return static_cast<unsigned>(std::strtoul(argv[i], nullptr, 10)); };
  const unsigned count = number(4);
  const unsigned workers = number(5);
  auto logins = prepare(number(3), count);
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || count > Shared::kMost) return 1;
  auto& shared = *new (memory) Shared;
  int start[2];
  if (pipe(start) != 0) return 1;
  std::vector<pid_t> children;
  for (unsigned w = 0; w < workers; ++w) {
    const pid_t child = fork();
    if (child == 0) {
      close(start[1]);
      work(shared, logins, argv[1], argv[2], argc > 6, start[0]);
      _exit(0);
    }
    children.push_back(child);
  }
  while (shared.ready < workers) usleep(1000);
  const auto begin = Clock::now();
  close(start[1]);
  for (const pid_t child : children) waitpid(child, nullptr, 0);
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();

  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  std::sort(shared.micros, shared.micros + count);
  std::printf("{\"logins\": %u, \"refused\": %u, \"seconds\": %.6f, \"p50\": %.1f, \"p99\": %.1f, \"cpu\": %.6f}\n",
              count, shared.refused.load(), took, static_cast<double>(shared.micros[count / 2]),
              static_cast<double>(shared.micros[std::min(count - 1, count * 99 / 100)]),
              seconds(usage.ru_utime) + seconds(usage.ru_stime));
  return 0;
}

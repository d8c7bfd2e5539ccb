// All that the module touches, in one process and without a kernel: sockets, clock, randomness, memory, libpam and the
// program that asks. Time is a number, so no run waits; each call fails now and then, when the dice say so.
#pragma once

#include <security/pam_modules.h>

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>

#include "tests/integration/pam_module/faults/dice.hpp"
#include "tests/integration/pam_module/faults/recording_daemon.hpp"

namespace umbra::test {

struct Connection {
  bool connected = false, trusted = true, closed = false;
  std::int64_t send_ms = 0, receive_ms = 0;                // how long such a call may wait; 0: for ever
  std::deque<std::pair<std::int64_t, std::string>> inbox;  // when it arrives, and what
};

// What PAM keeps for one login.
struct Login {
  std::string user = "zoe", service = "sshd", tty = "ssh", rhost = "192.0.2.1", authtok;
  void* data = nullptr;
  void (*clean_up)(pam_handle_t*, void*, int) = nullptr;
};

class Machine {
 public:
  // One call in `odds` fails; 0: none does.
  Machine(std::uint64_t seed, Account account, std::size_t odds);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // True where this call is to fail. `call` is counted in faults().
  bool fails(const char* call);
  // For a call that cannot fail, but takes its turn: a module that asks for ever is ended with its seed.
  void turn();

  // What was found wrong; empty where nothing was.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }
  void complain(const std::string& what) {
    if (complaint_.empty()) complaint_ = what;
  }

  int open_descriptor(int lowest);
  Connection* connection(int fd);
  bool close_descriptor(int fd);
  void deliver(Connection& to, const std::string& packet);

  void* remember(void* block);
  void forget(void* block);
  char* typed();  // an answer of the program's

  void end_login();       // pam_end
  void look_for_leaks();  // after it
  static std::map<std::string, std::uint64_t>& faults();

  Dice dice;
  RecordingDaemon daemon;
  Login login;
  std::int64_t now_ms = 1'000'000;
  std::int64_t conversing_ms = 0;  // of the time that passed, what the user took
  unsigned questions = 0;          // different packets that were sent
  bool knows_the_code = true;

 private:
  std::uint64_t seed_;
  std::size_t odds_, turns_ = 0;
  std::map<int, Connection> descriptors_;
  std::set<void*> blocks_;
  std::string last_packet_, complaint_;
};

// The one that wrapped calls meet; none: they meet libc.
extern Machine* machine;

}  // namespace umbra::test

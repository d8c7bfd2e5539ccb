#include "tests/integration/pam_module/faults/machine.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace umbra::test {

Machine* machine = nullptr;

namespace {

constexpr std::size_t kEndless = 100'000;  // calls of one login

}  // namespace

Machine::Machine(std::uint64_t seed, Account account, std::size_t odds)
    : dice(seed), daemon(dice, account), seed_(seed), odds_(odds) {
  machine = this;
}

Machine::~Machine() { machine = nullptr; }

std::map<std::string, std::uint64_t>& Machine::faults() {
  static std::map<std::string, std::uint64_t> all;
  return all;
}

void Machine::turn() {
  if (++turns_ < kEndless) return;
  std::fprintf(stderr, "the module asks for ever: seed %llu\n", static_cast<unsigned long long>(seed_));
  std::abort();
}

bool Machine::fails(const char* call) {
  turn();
  if (!dice.one_in(odds_)) return false;
  ++faults()[call];
  return true;
}

// As the kernel gives them: the lowest free number. Some programs run without standard streams.
int Machine::open_descriptor(int lowest) {
  while (descriptors_.contains(lowest)) ++lowest;
  descriptors_[lowest];
  return lowest;
}

Connection* Machine::connection(int fd) {
  const auto found = descriptors_.find(fd);
  if (found != descriptors_.end()) return &found->second;
  complain("a call on descriptor " + std::to_string(fd) + ", which is not open");
  return nullptr;
}

bool Machine::close_descriptor(int fd) {
  if (descriptors_.erase(fd) == 1) return true;
  complain("descriptor " + std::to_string(fd) + " closed twice");
  return false;
}

// One packet in `odds` has its answer bent, late, dropped, or is lost with the daemon that has just decided.
void Machine::deliver(Connection& to, const std::string& packet) {
  if (!to.trusted) return complain("something was sent to a daemon that is not root's");
  if (packet != last_packet_) ++questions;
  last_packet_ = packet;
  std::string reply = daemon.answer(packet, fails("an answer"));
  std::int64_t late = 0;
  if (fails("in time")) late = static_cast<std::int64_t>(dice.below(20'000));
  if (fails("a restart")) {
    to.closed = true;
    return;
  }
  to.inbox.emplace_back(now_ms + late, std::move(reply));
}

void* Machine::remember(void* block) {
  if (block != nullptr) blocks_.insert(block);
  return block;
}

void Machine::forget(void* block) {
  if (block != nullptr && blocks_.erase(block) == 0) complain("memory freed twice, or that nobody gave");
}

char* Machine::typed() {
  static constexpr const char* kOthers[] = {
      "", "000000", "i", "\b\n\r\177INCORRECT", "correct horse", "12345\xFF", "?", "correct horse123456"};
  std::string answer = knows_the_code ? std::string(kGoodCode) : dice.pick(kOthers);
  if (dice.one_in(4000)) answer.assign(1 << 20, '1');
  auto* const text = static_cast<char*>(remember(std::malloc(answer.size() + 1)));
  return std::strcpy(text, answer.c_str());
}

void Machine::end_login() {
  if (login.clean_up != nullptr) login.clean_up(nullptr, login.data, 0);
  login.data = nullptr, login.clean_up = nullptr;
}

void Machine::look_for_leaks() {
  if (!descriptors_.empty()) complain("descriptor " + std::to_string(descriptors_.begin()->first) + " was left open");
  if (!blocks_.empty()) complain("memory was left behind: " + std::to_string(blocks_.size()) + " blocks");
}

}  // namespace umbra::test

// Frames without end over the real socket into a real umbra-totpd: frames_hunt FRAMES. Every valid request is cut at
// each byte first. The daemon must not end, its memory must stay flat, each of its replies must be one, stalled
// connections must be closed within two seconds, and at the end a user must get in with his code. Run as root;
// UMBRA_TOTPD names it.
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <fstream>
#include <memory>
#include <thread>

#include "common/descriptor.hpp"
#include "daemon/crypto/sodium.hpp"
#include "tests/hunt/frames.hpp"
#include "tests/integration/daemon/daemon_process.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/records.hpp"

namespace umbra::hunt {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// The first of these users is talked about, and talks; the other gets in at the end. Every Debian has them.
constexpr const char* kVictim = "games";
constexpr const char* kOwner = "bin";
constexpr std::size_t kStalled = 64;    // connections that say nothing, or half of something
constexpr std::size_t kAtOnce = 128;    // connections that wait for an answer
constexpr std::size_t kPerClient = 8;   // frames, then another connection
constexpr std::size_t kRootsShare = 4;  // one connection of so many is root's
// A busy machine adds to the two seconds; the loop's own word is exact.
constexpr milliseconds kStallLimit{2000}, kSlack{500};
// Growth after a fifth of the frames that is no leak: queues, the allocator's arenas, and a sanitizer's quarantine.
constexpr long kFlat = 16 * 1024, kFlatWhenSanitized = 96 * 1024;  // KiB

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

long resident(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  fail("the daemon has ended");
}

// The least of a moment in which nobody asks: a hash that is still being made takes 19 MiB while it lasts.
long resident_at_rest(pid_t pid) {
  long least = resident(pid);
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(milliseconds(100));
    least = std::min(least, resident(pid));
  }
  return least;
}

bool is_sanitized() {
  const char* const told = std::getenv("UMBRA_SANITIZED");
  return told != nullptr && *told != '\0';
}

// As `uid` where it is not ours: the kernel notes who connects.
Descriptor connect_as(const std::string& path, uid_t uid) {
  Descriptor fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (uid != 0 && seteuid(uid) != 0) fail("run as root");
  const int connected = connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (uid != 0 && seteuid(0) != 0) fail("cannot be root again");
  if (connected != 0) fail("the daemon takes no connection");
  return fd;
}

struct Client {
  Descriptor fd;
  std::size_t sent = 0;
  std::deque<Packet> asked;  // that have no reply yet
};

class Hunt {
 public:
  explicit Hunt(test::DaemonProcess& daemon, Mutator mutator, uid_t other)
      : daemon_(daemon), mutator_(std::move(mutator)), other_(other) {}

  // Sends the frames of `list`, then mutations, `frames` in all.
  void run(const std::vector<Packet>& list, std::size_t frames) {
    for (std::size_t i = 0; i < frames; ++i) {
      if (i == frames / 5) warm_ = resident_at_rest(daemon_.pid());
      push(i < list.size() ? list[i] : mutator_.next());
      if (i % 100'000 == 99'999) std::printf("  %zu frames, %ld KiB\n", i + 1, resident(daemon_.pid()));
    }
    std::this_thread::sleep_for(milliseconds(500));  // refusals wait
    for (Client& client : clients_) hear(client, milliseconds(0));
    clients_.clear();
    end_ = resident_at_rest(daemon_.pid());
  }
  [[nodiscard]] std::size_t replies() const { return replies_; }
  [[nodiscard]] long warm() const { return warm_; }
  [[nodiscard]] long end() const { return end_; }

 private:
  // Each client in turn: what it was answered is heard, then it says its next.
  void push(Packet packet) {
    if (clients_.size() < kAtOnce) {
      clients_.push_back(fresh());
      return say(clients_.back(), std::move(packet));
    }
    Client& client = clients_[turn_++ % kAtOnce];
    // Some ask a second time before they were answered, and some leave without a word.
    const bool hasty = mutator_.below(16) == 0;
    if (!hasty && !hear(client, milliseconds(!client.asked.empty() && turn_ % 64 == 0 ? 120 : 0))) renew(client);
    if (client.sent >= kPerClient || (!client.asked.empty() && !hasty)) renew(client);
    say(client, std::move(packet));
  }
  Client fresh() { return {connect_as(daemon_.path("socket"), mutator_.below(kRootsShare) == 0 ? 0 : other_), 0, {}}; }
  void renew(Client& client) {
    std::destroy_at(&client);
    std::construct_at(&client, fresh());
  }

  void say(Client& client, Packet packet) {
    ++client.sent;
    const bool sent = send(client.fd.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
    if (sent) client.asked.push_back(std::move(packet));
    if (mutator_.below(32) == 0) shutdown(client.fd.get(), SHUT_WR);
  }

  // What root changes without a code.
  static bool is_proven(std::uint8_t op) {
    return op == static_cast<std::uint8_t>(wire::Op::backup_codes) ||
           op == static_cast<std::uint8_t>(wire::Op::disable) || op == static_cast<std::uint8_t>(wire::Op::drop_device);
  }

  // All that has come; false where the daemon has closed.
  bool hear(Client& client, milliseconds patience) {
    for (;; patience = milliseconds(0)) {
      pollfd ready{client.fd.get(), POLLIN, 0};
      if (poll(&ready, 1, static_cast<int>(patience.count())) != 1) return true;
      std::vector<std::uint8_t> room(wire::kMaxPacket);
      const ssize_t got = recv(client.fd.get(), room.data(), room.size(), MSG_DONTWAIT);
      if (got <= 0) return false;
      room.resize(static_cast<std::size_t>(got));
      judge(client, room);
    }
  }
  // A reply answers the oldest request: there is one at a time.
  void judge(Client& client, Bytes reply) {
    ++replies_;
    if (client.asked.empty()) fail("an answer that nobody asked for");
    wire::RequestHeader header;
    wire::decode_header(client.asked.front(), header);
    const auto heard = test::hear(reply, header.op, header.id);
    if (!heard.reads)
      fail("a reply that is none, or to a later request: " + test::hex(reply) + "\n to " +
           test::hex(client.asked.front()));
    if (heard.accepted && !is_proven(header.op)) fail("a code was accepted that nobody knows");
    client.asked.pop_front();
  }

  test::DaemonProcess& daemon_;
  Mutator mutator_;
  uid_t other_;
  std::vector<Client> clients_;
  std::size_t turn_ = 0, replies_ = 0;
  long warm_ = 0, end_ = 0;
};

// Silent from the start, or silent behind half a message: the longest that one of them lived.
milliseconds stall(const test::DaemonProcess& daemon) {
  std::vector<Descriptor> stalled;
  const auto start = Clock::now();
  for (std::size_t i = 0; i < kStalled; ++i) {
    stalled.push_back(connect_as(daemon.path("socket"), 0));
    if (i % 2 == 0) continue;
    const Packet ping = test::packet_of(wire::Ping{}, {});
    send(stalled.back().get(), ping.data(), ping.size(), MSG_NOSIGNAL);
  }
  for (const Descriptor& one : stalled)
    for (std::uint8_t room[64];;) {
      pollfd ready{one.get(), POLLIN, 0};
      if (poll(&ready, 1, 5000) != 1 || recv(one.get(), room, sizeof room, 0) <= 0) break;
    }
  return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

Credential enrol(const test::DaemonProcess& daemon) {
  wire::Setup message;
  message.user = kOwner;
  wire::Status status{};
  wire::SetupReply offer;
  std::vector<std::uint8_t> buffer;
  if (test::ask(daemon, message, status, offer, buffer) != ChannelError::none) fail("cannot set up");
  Credential credential = test::credential(wire::Algorithm::sha1, 8);
  credential.secret.assign(offer.secret);
  return credential;
}

bool gets_in(const test::DaemonProcess& daemon, const Credential& credential) {
  wire::Status status{};
  wire::CodeReply reply;
  std::vector<std::uint8_t> buffer;
  const std::string code = test::code_text(credential, std::time(nullptr));
  if (test::ask(daemon, wire::Confirm{kOwner, code}, status, reply, buffer) != ChannelError::none) fail("no answer");
  if (status != wire::Status::ok || !reply.accepted) return false;
  const std::string next = test::code_text(credential, std::time(nullptr), 1);
  return test::ask(daemon, wire::Check{kOwner, next}, status, reply, buffer) == ChannelError::none && reply.accepted;
}

void run(std::size_t frames) {
  test::DaemonProcess daemon;
  daemon.write("config.toml",
               "[totp]\ndigits = 8\n[source]\nexempt = [\"0.0.0.0/0\", \"::/0\"]\n[backup_codes]\ncount = 1\n");
  if (!daemon.start()) fail(daemon.log());
  chmod(daemon.path("").c_str(), 0711);  // others reach the socket
  const passwd* const other = getpwnam(kVictim);
  if (other == nullptr) fail("this machine has no user of that name");
  test::Asked asked;
  asked.user = kVictim;
  const auto valid = test::every_request(asked, test::request_id(1));
  // The allocator keeps the 19 MiB of a thread's second hash.
  for (int i = 0; i < 2; ++i) enrol(daemon);
  const Credential owners = enrol(daemon);
  Hunt hunt(daemon, Mutator(valid), other->pw_uid);
  hunt.run(every_cut(valid), frames);
  const milliseconds longest = stall(daemon);
  const bool in = gets_in(daemon, owners);
  daemon.signal(SIGTERM);
  const int code = daemon.wait();
  std::printf("frames_hunt: %zu frames, %zu replies, %ld KiB after a fifth and %ld at the end, stalled %lld ms\n",
              frames, hunt.replies(), hunt.warm(), hunt.end(), static_cast<long long>(longest.count()));
  if (hunt.end() - hunt.warm() > (is_sanitized() ? kFlatWhenSanitized : kFlat)) fail("the daemon's memory grows");
  if (longest > kStallLimit + kSlack) fail("a stalled connection was not closed in time");
  if (!in) fail("a right code was refused");
  if (code != 0) fail("the daemon ended with " + std::to_string(code) + ": " + daemon.log());
}

}  // namespace
}  // namespace umbra::hunt

int main(int argc, char** argv) {
  const long frames = argc == 2 ? std::atol(argv[1]) : 20'000;
  if (frames < 5) {
    std::fprintf(stderr, "usage: frames_hunt FRAMES\n");
    return 2;
  }
  umbra::sodium::init();
  try {
    umbra::hunt::run(static_cast<std::size_t>(frames));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "frames_hunt: %s\n", error.what());
    return 1;
  }
  std::printf("frames_hunt: held\n");
}

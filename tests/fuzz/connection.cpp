// Whole connections: packets over a socket pair into the real session and everything behind it, as root and as others.
// The input's first byte says who talks and how; behind it stands a list of packets:
//
//   u8 index of a valid request, or a larger number for none | u8 edits | 3 bytes an edit: what, where, with what
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

#include "common/descriptor.hpp"
#include "daemon/edge/session.hpp"
#include "tests/fuzz/talk.hpp"
#include "tests/support/whole_daemon.hpp"

namespace umbra::fuzz {
namespace {

constexpr std::size_t kMaxPackets = 8, kRefresh = 64;
// Connections that are kept for answers which come later: refusals leave on multiples of 100 ms.
constexpr std::size_t kKept = 256;
constexpr std::size_t kMaxLive = 320;  // Argon2 must not fall behind by more than descriptors allow
constexpr int kPatience = 2;           // milliseconds for an answer that is not held

enum How : std::uint8_t { at_once = 0x04, half_closed = 0x08, hung_up = 0x10 };

struct Client {
  Descriptor fd;
  Talk talk;
};

class Edge {
 public:
  Edge() {
    daemon_.configure([](Config& config) {
      config.totp.digits = 8;  // nobody guesses the code of a secret that a request made
      config.backup_code_count = 1;
    });
    refresh();
    for (const Peer peer : {test::kRoot, test::kAlice, test::kBob}) requests_.push_back(requests_of(peer));
    refresh();
  }
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;
  ~Edge() {
    kept_.clear();
    while (live_ > 0) loop_.run_for(std::chrono::milliseconds(5));
  }

  void feed(Bytes input) {
    if (input.empty()) return;
    if (++fed_ % kRefresh == 0) refresh();
    while (live_ > kMaxLive) loop_.run_for(std::chrono::milliseconds(1));
    loop_.restart();
    const std::uint8_t how = input.front();
    Client client = connect(how % 3);
    const auto& valid = requests_[how % 3];
    input = input.subspan(1);
    for (std::size_t i = 0; i < kMaxPackets && input.size() >= 2; ++i) {
      const std::size_t edits = std::min<std::size_t>(input[1] * std::size_t{3}, input.size() - 2);
      send(client, bent(input[0] < valid.size() ? valid[input[0]] : Packet{}, input.subspan(2, edits)));
      input = input.subspan(2 + edits);
      if ((how & at_once) == 0) listen(client);
    }
    if ((how & half_closed) != 0) shutdown(client.fd.get(), SHUT_WR);
    if ((how & hung_up) != 0) shutdown(client.fd.get(), SHUT_RDWR);
    listen(client);
    kept_.push_back(std::move(client));
    if (kept_.size() <= kKept) return;
    hear_all(kept_.front());
    kept_.pop_front();
  }

 private:
  // Alice as she enrolled, whatever was done to her since; bob has to enrol.
  void refresh() {
    codes_ = {daemon_.code(-1), daemon_.code(0), daemon_.code(1)};
    Record bob;
    bob.user = "bob";
    bob.uid = test::kBob.uid;
    bob.enforced = true;
    for (const Record& record : {test::enrolled(), bob})
      daemon_.context().committer.update<bool>(
          record.user,
          [record](std::optional<Record>& stored, bool&) {
            stored = record;
            return true;
          },
          [](const bool*) {});
    daemon_.context().committer.settle();
  }

  std::vector<Packet> requests_of(const Peer& peer) {
    test::Asked asked;
    asked.code = codes_[1];
    const auto challenge = daemon_.begin(peer, {}, 1);
    asked.challenge = challenge.reply.challenge;
    if (peer.root() || peer.uid == test::kAlice.uid) {
      const std::uint64_t id = 2 + peer.uid;  // an id is accepted once
      const auto begun = daemon_.begin(peer, {}, id);
      const auto verified =
          daemon_.send<wire::VerifyReply>(peer, wire::Verify{begun.reply.challenge, codes_[peer.root() ? 0 : 2]}, id);
      require(verified.reply.accepted, "a right code is accepted");
      asked.verified = verified.reply.verified;
    }
    test::WholeDaemon::Login enrolling;
    enrolling.user = "bob";
    enrolling.may_enrol = true;
    const auto begun = daemon_.begin(peer, enrolling, 1);
    asked.enrolling = begun.reply.challenge;
    return valid_requests(asked);
  }

  Client connect(std::size_t who) {
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0, "there are descriptors");
    constexpr Peer kPeers[] = {test::kRoot, test::kAlice, test::kBob};
    Client client{Descriptor(ends[0]), Talk(kPeers[who].root())};
    ++live_;
    std::make_shared<Session>(loop_, ends[1], kPeers[who], daemon_.dispatcher(), [this] { --live_; })->start();
    return client;
  }

  void send(Client& client, Packet packet) {
    const ssize_t sent = ::send(client.fd.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) client.talk.said(std::move(packet), codes_);
  }

  void listen(Client& client) {
    for (int i = 0; i < kPatience; ++i) {
      loop_.restart();
      loop_.poll();
      hear_all(client);
      if (client.talk.done()) return;
      pollfd ready{client.fd.get(), POLLIN, 0};
      ::poll(&ready, 1, 1);
    }
    hear_all(client);
  }

  void hear_all(Client& client) {
    Packet room(wire::kMaxPacket);
    for (;;) {
      const ssize_t got = recv(client.fd.get(), room.data(), room.size(), MSG_DONTWAIT);
      if (got <= 0) return;
      client.talk.heard(Bytes(room).first(static_cast<std::size_t>(got)), codes_);
    }
  }

  // The loop outlives the daemon, as it does in the real one: a session's end is told before the last of it is gone,
  // which may be on the daemon's threads.
  boost::asio::io_context loop_;
  test::WholeDaemon daemon_;
  std::vector<std::string> codes_;             // that are good now
  std::vector<std::vector<Packet>> requests_;  // by peer
  std::deque<Client> kept_;
  std::atomic<std::size_t> live_ = 0;
  std::size_t fed_ = 0;
};

}  // namespace

void connection(Bytes input) {
  static Edge edge;
  edge.feed(input);
}

}  // namespace umbra::fuzz

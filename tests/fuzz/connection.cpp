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
#include "tests/fuzz/targets.hpp"
#include "tests/support/every_request.hpp"
#include "tests/support/whole_daemon.hpp"

namespace umbra::fuzz {
namespace {

using test::Packet;

constexpr std::size_t kMaxPackets = 8, kRefresh = 64;
// Connections that are kept for answers which come later: refusals leave on multiples of 100 ms.
constexpr std::size_t kKept = 256;
constexpr std::size_t kMaxLive = 320;  // Argon2 must not fall behind by more than descriptors allow
constexpr int kPatience = 2;           // milliseconds for an answer that is not held

enum How : std::uint8_t { at_once = 0x04, half_closed = 0x08, hung_up = 0x10 };

struct Client {
  Descriptor fd;
  Peer peer;
  std::deque<Packet> open;  // requests that have no reply yet
};

Packet bent(Packet packet, Bytes edits) {
  for (; edits.size() >= 3; edits = edits.subspan(3)) {
    const std::size_t at = packet.empty() ? 0 : edits[1] % packet.size();
    const auto place = packet.begin() + static_cast<std::ptrdiff_t>(at);
    switch (edits[0] % 5) {
      case 0: packet.insert(place, edits[2]); break;
      case 1: packet.resize(at); break;
      case 2: packet.insert(place, edits[2] * std::size_t{70}, edits[1]); break;
      case 3:
        if (!packet.empty()) packet.erase(place);
        break;
      default:
        if (!packet.empty()) *place = edits[2];
    }
  }
  return packet;
}

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
  // The daemon behind goes after the last session has.
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
    return test::every_request(asked, test::request_id(1));
  }

  Client connect(std::size_t who) {
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0, "there are descriptors");
    constexpr Peer kPeers[] = {test::kRoot, test::kAlice, test::kBob};
    Client client{Descriptor(ends[0]), kPeers[who], {}};
    ++live_;
    std::make_shared<Session>(loop_, ends[1], client.peer, daemon_.dispatcher(), [this] { --live_; })->start();
    return client;
  }

  static void send(Client& client, Packet packet) {
    const ssize_t sent = ::send(client.fd.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    wire::RequestHeader header;
    if (sent >= 0 && wire::decode_header(packet, header)) client.open.push_back(std::move(packet));
  }

  void listen(Client& client) {
    for (int i = 0; i < kPatience; ++i) {
      loop_.restart();
      loop_.poll();
      hear_all(client);
      if (client.open.empty()) return;
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
      judge(client, Bytes(room).first(static_cast<std::size_t>(got)));
    }
  }

  // One request at a time: a reply answers the oldest, or there is none.
  void judge(Client& client, Bytes reply) {
    require(!client.open.empty(), "a request is answered once");
    const Packet asked = std::move(client.open.front());
    client.open.pop_front();
    wire::RequestHeader header;
    wire::decode_header(asked, header);
    const test::Heard heard = test::hear(reply, header.op, header.id);
    require(heard.reads, "a reply answers the oldest request");
    require(!heard.accepted || entitled(client.peer, asked), "nothing is accepted without a right code");
    require(!heard.waved || nullok(asked), "nobody is let through without nullok");
    require(client.peer.root() || !roots(header.op) || heard.status == wire::Status::not_permitted,
            "what is root's is refused to others");
  }

  static bool roots(std::uint8_t op) {
    using wire::Op;
    constexpr Op kRoots[] = {Op::list,      Op::unlock, Op::remove, Op::enforce,
                             Op::unenforce, Op::bypass, Op::trail,  Op::explain};
    return std::find(std::begin(kRoots), std::end(kRoots), static_cast<Op>(op)) != std::end(kRoots);
  }

  static bool nullok(const Packet& packet) {
    wire::Begin begin;
    return wire::decode_request(packet, begin) && begin.nullok;
  }

  [[nodiscard]] bool entitled(const Peer& peer, const Packet& packet) const {
    return right<wire::Verify>(packet) || right<wire::Confirm>(packet) || right<wire::Check>(packet) ||
           proven<wire::BackupCodes>(peer, packet) || proven<wire::Disable>(peer, packet);
  }
  template <class Message>
  [[nodiscard]] bool right(const Packet& packet) const {
    Message message;
    if (!wire::decode_request(packet, message)) return false;
    const Answer answer = parse_answer(message.answer);
    return answer.code && answer.digits == 6 && std::any_of(codes_.begin(), codes_.end(), [&](const std::string& code) {
             return std::stoul(code) == *answer.code;
           });
  }
  template <class Message>
  [[nodiscard]] bool proven(const Peer& peer, const Packet& packet) const {
    Message message;
    if (!wire::decode_request(packet, message)) return false;
    return peer.root() || (message.password == "alice's password" && right<Message>(packet));
  }

  test::WholeDaemon daemon_;
  boost::asio::io_context loop_;
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

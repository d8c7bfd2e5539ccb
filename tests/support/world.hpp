// Everything that a service is given, all real but for clock and names, and requests that are waited for.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "common/reason.hpp"
#include "daemon/service/backup_codes.hpp"
#include "daemon/service/call.hpp"
#include "daemon/service/context.hpp"
#include "daemon/store/trail.hpp"
#include "tests/support/fake_names.hpp"
#include "tests/support/fake_passwords.hpp"
#include "tests/support/storage.hpp"

namespace umbra::test {

inline constexpr Peer kRoot{0}, kAlice{1000}, kBob{1001};

// A reply with the packet that its texts point into.
template <class Reply>
struct Answered {
  wire::Status status = wire::Status::bad_request;
  Reply reply{};
  bool held = false;  // it waits for the refusal deadline
  std::shared_ptr<const std::vector<std::uint8_t>> packet;
};

class World {
 public:
  // `slow_limit`: jobs that may wait for Argon2; 0: its lane is always full.
  explicit World(std::size_t slow_limit = 4096)
      : ring_(storage_.key_ring()), slow_(2, slow_limit, [](const std::string&) {}) {}

  // Ends all threads, as the daemon does before anything is destroyed: an answer is out before its audit is written, so
  // a test that has its answer may be ahead of the service that gave it. Whoever adds services calls this first.
  void finish() {
    for (Lane* lane : {&password_, &enrolment_, &slow_}) {
      committer_.settle();
      lane->finish();
    }
    committer_.finish();
  }

  // Sends `message` as `peer` to `handle` and waits for its reply.
  template <class Reply, class Message, class Handler>
  Answered<Reply> ask(const Peer& peer, const Message& message, Handler handle, std::uint64_t id) {
    std::array<std::uint8_t, wire::kMaxPacket> buffer{};
    const std::size_t size = wire::encode_request(message, request_id(id), buffer);
    return ask_raw<Reply>(peer, Bytes(buffer).first(size), handle, id);
  }
  template <class Reply, class Message, class Handler>
  Answered<Reply> ask(const Peer& peer, const Message& message, Handler handle) {
    return ask<Reply>(peer, message, handle, ++next_id_);
  }

  template <class Reply, class Handler>
  Answered<Reply> ask_raw(const Peer& peer, Bytes packet, Handler handle, std::uint64_t id) {
    wire::RequestHeader header;
    if (!wire::decode_header(packet, header)) throw std::logic_error("no request");
    struct Inbox {
      std::promise<Answered<Reply>> promise;
    };
    auto inbox = std::make_shared<Inbox>();
    auto future = inbox->promise.get_future();
    auto send = [inbox](Bytes bytes, bool held) {
      Answered<Reply> answered;
      answered.held = held;
      answered.packet = std::make_shared<const std::vector<std::uint8_t>>(bytes.begin(), bytes.end());
      inbox->promise.set_value(std::move(answered));
    };
    handle(std::make_shared<Call>(peer, packet, header, send));
    if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) throw std::runtime_error("no reply");
    auto answered = future.get();
    if (!wire::decode_reply(Bytes(*answered.packet), static_cast<wire::Op>(header.op), request_id(id), answered.status,
                            answered.reply))
      throw std::runtime_error("a reply that is none");
    return answered;
  }

  // Gives a user backup codes; they come back as their owner would type them. The same ten for everybody: they are
  // hashed once in a run of the tests.
  std::vector<std::string> give_backup_codes(Record& record) {
    static const auto fresh = make_backup_codes(10, kNow);
    record.backup = fresh->set;
    std::vector<std::string> codes;
    for (std::size_t at = 0; at < fresh->text.size(); at += 10)
      codes.emplace_back(text(fresh->text.view().subspan(at, 9)));
    return codes;
  }

  void configure(const std::function<void(Config&)>& change) {
    Config config = *settings_.get();
    change(config);
    settings_.set(std::move(config));
  }
  [[nodiscard]] Context& context() { return context_; }
  [[nodiscard]] FakeClock& clock() { return storage_.clock; }
  [[nodiscard]] Storage& storage() { return storage_; }
  [[nodiscard]] FakeNames& names() { return names_; }
  [[nodiscard]] FakePasswords& passwords() { return passwords_; }
  [[nodiscard]] LmdbTrail& trail() { return trail_; }
  // The audit trail once it holds `count` entries, as "event user service source accepted|refused reason". Sorted: an
  // entry is written behind its answer, on the thread that gave it.
  std::vector<std::string> audited(std::size_t count) {
    std::vector<std::string> lines = read_trail();
    for (int i = 0; i < 500 && lines.size() < count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      lines = read_trail();
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  std::vector<std::string> read_trail() {
    audit_.flush();
    std::vector<std::string> lines;
    const auto result = trail_.read(0, [&](const wire::TrailEntry& entry) {
      std::string line;
      for (const auto part : {entry.event, entry.user, entry.service, entry.source}) line.append(part).append(" ");
      line.append(entry.accepted ? "accepted " : "refused ");
      lines.push_back(line.append(wire::word(static_cast<wire::Reason>(entry.reason))));
      return true;
    });
    if (!result) throw std::runtime_error(result.error());
    return lines;
  }
  [[nodiscard]] KeyRing& key_ring() const { return *ring_; }

 private:
  static Config config() {
    Config config;
    config.issuer = "example.org";
    return config;
  }

  Storage storage_;
  std::shared_ptr<KeyRing> ring_;
  FakeNames names_;
  Log log_;
  Settings settings_{config()};
  Committer committer_{storage_.store(), [](const StoreError&) {}};
  LmdbTrail trail_{storage_.store().environment(), ring_, storage_.clock};
  Audit audit_{log_, trail_, storage_.clock};
  Sources sources_;
  FakePasswords passwords_;
  Lane slow_;
  Lane password_{2, 4096, [](const std::string&) {}};
  Lane enrolment_{1, 4096, [](const std::string&) {}};
  Context context_{storage_.store(), committer_, *ring_,     storage_.clock, names_, log_,      settings_,
                   audit_,           sources_,   passwords_, password_,      slow_,  enrolment_};
  std::uint64_t next_id_ = 1'000'000;
};

}  // namespace umbra::test

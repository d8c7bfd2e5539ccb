// Everything behind the socket, asked through the dispatcher: who may ask, on which lane, and what comes back.
#pragma once

#include <atomic>
#include <fstream>
#include <string>

#include "daemon/edge/dispatcher.hpp"
#include "tests/support/records.hpp"
#include "tests/support/world.hpp"

namespace umbra::test {

class WholeDaemon : public World {
 public:
  WholeDaemon() : lookup_(2, 4096, [](const std::string&) {}) {
    std::ofstream(ring_file()) << kRingText;
    locksmith_.emplace(context(), storage().store(), trail(), key_ring(), ring_file());
    archivist_.emplace(context(), storage().store(), ring_file());
    dispatcher_.emplace(context(), trail(), lookup_, *locksmith_, *archivist_);
  }
  ~WholeDaemon() {
    lookup_.finish();
    locksmith_->stop();
    finish();
  }
  WholeDaemon(const WholeDaemon&) = delete;
  WholeDaemon& operator=(const WholeDaemon&) = delete;

  [[nodiscard]] Dispatcher& dispatcher() { return *dispatcher_; }

  // Sends `message` as `peer` and waits for its reply.
  template <class Reply, class Message>
  Answered<Reply> send(const Peer& peer, const Message& message, std::uint64_t id) {
    return ask<Reply>(peer, message, [this](const CallPtr& call) { dispatcher_->dispatch(call); }, id);
  }
  template <class Reply, class Message>
  Answered<Reply> send(const Peer& peer, const Message& message) {
    return send<Reply>(peer, message, ++own_id_);
  }

  // What a login sends, for alice over the network unless something else is said.
  struct Login {
    std::string user = "alice", service = "sshd", tty = "ssh", rhost = "192.0.2.1";
    bool nullok = false, may_enrol = false;
  };
  Answered<wire::BeginReply> begin(const Peer& peer, const Login& login, std::uint64_t id) {
    wire::Begin message;
    message.user = login.user;
    message.service = login.service;
    message.tty = login.tty;
    message.rhost = login.rhost;
    message.nullok = login.nullok;
    message.may_enrol = login.may_enrol;
    return send<wire::BeginReply>(peer, message, id);
  }
  Answered<wire::PreauthReply> preauth(const Peer& peer, const Login& login) {
    return send<wire::PreauthReply>(peer, wire::Preauth{login.user, login.service, login.tty, login.rhost});
  }
  Answered<wire::Nothing> authfail(const Peer& peer, const Login& login, bool typed = true) {
    return send<wire::Nothing>(peer, wire::Authfail{login.user, login.service, login.tty, login.rhost, typed});
  }
  // A whole code prompt: begin, then verify under the same id.
  Answered<wire::VerifyReply> log_in(const Peer& peer, const Login& login, std::string_view answer) {
    const std::uint64_t id = ++own_id_;
    const auto begun = begin(peer, login, id);
    return send<wire::VerifyReply>(peer, wire::Verify{begun.reply.challenge, answer}, id);
  }
  Answered<wire::Nothing> complete(const Peer& peer, std::string_view verified) {
    return send<wire::Nothing>(peer, wire::Complete{verified});
  }
  [[nodiscard]] std::string ring_file() const { return folder_.path() + "/keyring"; }
  [[nodiscard]] Locksmith& locksmith() { return *locksmith_; }
  [[nodiscard]] Archivist& archivist() { return *archivist_; }
  std::uint64_t new_id() { return ++own_id_; }

  std::string code(int offset = 0) { return code_text(credential(), clock().wall(), offset); }
  std::string wrong() { return wrong_code(credential(), clock().wall()); }

 private:
  // The lane's last jobs need the dispatcher: the destructor ends it first.
  TempDir folder_{folder_in_memory()};
  std::optional<Locksmith> locksmith_;
  std::optional<Archivist> archivist_;
  std::optional<Dispatcher> dispatcher_;
  Lane lookup_;
  std::atomic<std::uint64_t> own_id_ = 9000;  // many threads may ask
};

}  // namespace umbra::test

// A scripted umbra-totpd: a thread that speaks the wire on a real socket and answers as each test says.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/wire.hpp"

namespace umbra::test {

// A folder that is gone at the end of the test.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

class FakeDaemon {
 public:
  using Packet = std::vector<std::uint8_t>;
  // What goes back for a request; an empty packet closes the connection instead.
  using Handler = std::function<Packet(Bytes request)>;

  // Listens at once, as `uid`.
  explicit FakeDaemon(uid_t uid = 0);
  ~FakeDaemon();
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  [[nodiscard]] std::string socket() const { return folder_.file("socket"); }
  // How many requests of `op` came.
  [[nodiscard]] int count(wire::Op op) const;

  void answer_raw(wire::Op op, Handler handler);

  // `reply(message)` gives the reply's fields; they may point into what the test holds.
  template <class Message, class MakeReply>
  void answer(MakeReply reply) {
    answer_raw(Message::kOp, [reply](Bytes request) {
      Message message;
      if (!wire::decode_request(request, message)) return packet<Message>(request, wire::Status::bad_request);
      return packet<Message>(request, wire::Status::ok, reply(message));
    });
  }
  template <class Message>
  void fail(wire::Status status) {
    answer_raw(Message::kOp, [status](Bytes request) { return packet<Message>(request, status, wire::Nothing{}); });
  }

  template <class Message, class Reply = wire::Nothing>
  static Packet packet(Bytes request, wire::Status status, const Reply& reply = {}) {
    wire::RequestHeader header;
    wire::decode_header(request, header);
    Packet bytes(wire::kMaxPacket);
    bytes.resize(wire::encode_reply(Message::kOp, header.id, status, reply, bytes));
    return bytes;
  }

 private:
  void serve();
  void talk(int connection);

  ScratchFolder folder_;
  mutable std::mutex mutex_;
  std::map<wire::Op, Handler> handlers_;
  std::map<wire::Op, int> counts_;
  int listener_ = -1;
  int stop_pipe_[2] = {-1, -1};
  std::thread thread_;
};

}  // namespace umbra::test

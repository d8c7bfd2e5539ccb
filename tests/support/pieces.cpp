// A file of its own: what the compiler makes of these does not depend on the program that does them.
#include "tests/support/pieces.hpp"

#include <array>
#include <memory>

#include "common/wire.hpp"
#include "daemon/service/challenge.hpp"
#include "tests/support/storage.hpp"

namespace umbra::test {
namespace {

// What is read through `place` may be anything from here on: the compiler can leave nothing out that it has seen
// before.
void forget(const void* place) noexcept { asm volatile("" : : "r"(place) : "memory"); }

// Once through the bytes and back, as caller and daemon do it between them.
template <class Message>
Piece request_piece(std::string name, const Message& message) {
  return {std::move(name), [message, packet = std::array<std::uint8_t, wire::kMaxPacket>{}]() mutable {
            forget(&message);
            const std::size_t size = wire::encode_request(message, request_id(1), packet);
            forget(packet.data());
            Message read;
            need(wire::decode_request(Bytes(packet).first(size), read), "a request");
            forget(&read);
          }};
}
template <class Reply>
Piece reply_piece(std::string name, wire::Op op, const Reply& reply) {
  return {std::move(name), [op, reply, packet = std::array<std::uint8_t, wire::kMaxPacket>{}]() mutable {
            forget(&reply);
            const std::size_t size = wire::encode_reply(op, request_id(1), wire::Status::ok, reply, packet);
            forget(packet.data());
            Reply read;
            auto status = wire::Status::unavailable;
            need(wire::decode_reply(Bytes(packet).first(size), op, request_id(1), status, read), "a reply");
            forget(&read);
          }};
}

Piece window_piece(std::string name, wire::Algorithm algorithm) {
  return {std::move(name), [one = credential(algorithm), step = time_step(kNow, 30)] {
            const Hotp hotp(one.algorithm, one.secret.view(), one.digits);
            std::uint32_t all = 0;
            for (std::uint64_t i = step + 2; i-- > step - 1;) all |= hotp(i);
            need(all != 0, "a window");
          }};
}

// The right code, of a step that nobody has spent. It is the first device's: the others are looked at all the same.
Piece judge_piece(std::string name, std::size_t devices) {
  auto record = std::make_shared<Record>(usual_record());
  while (record->more.size() + 1 < devices) add_device(*record, "device " + std::to_string(record->more.size()));
  return {std::move(name), [record, typed = attempt(code_text(*record->active, kNow), kNow, 1)] {
            record->window = {};
            record->acceptances.clear();
            need(verify_and_burn(*record, typed, {}).verdict == Verdict::accepted, "a judgement");
          }};
}

std::vector<Piece> record_pieces(const std::shared_ptr<KeyRing>& keys) {
  const auto plain = encoded(usual_record());
  return {{"encode_record",
           [record = usual_record(), room = std::vector<std::uint8_t>(kMaxRecordSize)]() mutable {
             need(encode_record(record, room) != 0, "encoding");
           }},
          {"decode_record", [plain] { need(decode_record(plain).has_value(), "decoding"); }},
          {"seal_record", [keys, plain] { need(!keys->seal(plain, kNow).empty(), "sealing"); }},
          {"open_record",
           [keys, token = keys->seal(plain, kNow), room = std::vector<std::uint8_t>(kMaxRecordSize)]() mutable {
             need(keys->open(token, std::nullopt, kNow, room).has_value(), "opening");
           }}};
}

std::vector<Piece> challenge_pieces(const std::shared_ptr<KeyRing>& keys) {
  Challenge challenge;
  challenge.user = "alice";
  challenge.service = "sshd";
  challenge.source = {Source::Kind::address, "192.0.2.1"};
  challenge.uid = 1000;
  challenge.id = request_id(1);
  const auto issued = Challenge::Kind::issued;
  return {
      {"seal_challenge", [keys, challenge] { need(!seal_challenge(*keys, challenge, kNow).empty(), "a challenge"); }},
      {"open_challenge", [keys, token = seal_challenge(*keys, challenge, kNow), issued] {
         need(open_challenge(*keys, token, {issued}, 0, kNow).has_value(), "a challenge");
       }}};
}

}  // namespace

std::vector<Piece> pieces() {
  static const std::string token(300, 'A');  // about as long as a challenge is
  const auto keys = ring();
  std::vector<Piece> all{
      request_piece("begin_request", wire::Begin{"alice", "sshd", "ssh", "192.0.2.1"}),
      reply_piece("begin_reply", wire::Op::begin, wire::BeginReply{1, 6, token}),
      request_piece("verify_request", wire::Verify{token, "123456"}),
      reply_piece("verify_reply", wire::Op::verify, wire::VerifyReply{true, false, wire::kAttemptsNotTold, token}),
      window_piece("window_sha1", wire::Algorithm::sha1),
      window_piece("window_sha256", wire::Algorithm::sha256),
      judge_piece("judge_one_device", 1),
      judge_piece("judge_four_devices", 4),
  };
  for (const auto& more : {record_pieces(keys), challenge_pieces(keys)})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace umbra::test

// The corpus as make_seeds writes it: one folder a target, one file a seed.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/wire.hpp"
#include "tests/fuzz/fixed_ring.hpp"
#include "tests/support/records.hpp"

namespace umbra::fuzz {

class Corpus {
 public:
  explicit Corpus(std::filesystem::path root) : root_(std::move(root)) {}

  void write(const char* target, const std::string& name, Bytes data) const {
    std::filesystem::create_directories(root_ / target);
    std::ofstream(root_ / target / name, std::ios::binary) << text(data);
  }
  template <class Message>
  void request(const std::string& name, const Message& message) const {
    std::vector<std::uint8_t> out(wire::kMaxPacket);
    write("request", name, Bytes(out).first(wire::encode_request(message, test::request_id(1), out)));
  }
  template <class Reply>
  void reply(const std::string& name, wire::Op op, const Reply& reply, wire::Status status = wire::Status::ok) const {
    std::vector<std::uint8_t> out(wire::kMaxPacket);
    write("reply", name, Bytes(out).first(wire::encode_reply(op, test::request_id(1), status, reply, out)));
  }
  void shown(const std::string& name, const wire::EnrolReply& reply) const {
    std::vector<std::uint8_t> out(wire::kMaxPacket);
    Writer w(out);
    wire::EnrolReply::fields(w, reply);
    write("enrolment", name, Bytes(out).first(w.size()));
  }
  void record(const std::string& name, const Record& record) const {
    std::vector<std::uint8_t> out(kMaxRecordSize);
    write("record", name, Bytes(out).first(encode_record(record, out)));
  }

 private:
  std::filesystem::path root_;
};

// The requests about several devices, and their answers.
void device_seeds(const Corpus& corpus);
// What lies on the disk beside records: the journal and the audit trail.
void state_seeds(const Corpus& corpus);
void connection_seeds(const Corpus& corpus);

}  // namespace umbra::fuzz

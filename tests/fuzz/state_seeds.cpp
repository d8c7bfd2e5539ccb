#include "tests/fuzz/seeds.hpp"

namespace umbra::fuzz {
namespace {

Bytes written(std::vector<std::uint8_t>& room, const Writer& w) { return Bytes(room).first(w.size()); }

void journal_seeds(const Corpus& corpus) {
  std::vector<std::uint8_t> room(512);
  Writer one(room);
  one.field(std::uint64_t{7});
  one.field(std::uint32_t{1});
  one.field(std::string_view("alice"), 300);
  one.field(std::string_view("gAAAAA"), 8192);
  corpus.write("journal", "one", written(room, one));
  Writer two(room);
  two.field(std::uint64_t{8});
  two.field(std::uint32_t{2});
  for (const std::string_view user : {"alice", "bob"}) {
    two.field(user, 300);
    two.field(std::string_view(), 8192);
  }
  corpus.write("journal", "removed", written(room, two));
  Writer mark(room);
  const std::uint8_t id[16] = {1, 2, 3};
  mark.field(id);
  mark.field(std::uint64_t{41});
  mark.field(true);
  corpus.write("journal", "mark", written(room, mark));
}

void trail_seeds(const Corpus& corpus) {
  std::vector<std::uint8_t> room(512);
  wire::TrailEntry entry{41, kNow, 0, true, 15, "verify", "alice", "sshd", "192.0.2.1"};
  Writer w(room);
  w.field(std::uint8_t{0xC2});
  wire::TrailEntry::fields(w, std::as_const(entry));
  corpus.write("trail", "accepted", written(room, w));
  entry.number = 42;
  Writer other(room);
  other.field(std::uint8_t{0xC2});
  wire::TrailEntry::fields(other, std::as_const(entry));
  corpus.write("trail", "another_number", written(room, other));
}

}  // namespace

void state_seeds(const Corpus& corpus) {
  journal_seeds(corpus);
  trail_seeds(corpus);
}

// connection.cpp says how such an input is read; the numbers of requests are those of every_request().
void connection_seeds(const Corpus& corpus) {
  constexpr std::uint8_t kRequests = 22, kAtOnce = 4, kHalfClosed = 8, kHungUp = 16, kNone = 255;
  const char* const whom[] = {"root", "alice", "bob"};
  for (std::uint8_t who = 0; who < 3; ++who)
    for (std::uint8_t from = 0; from < kRequests; from = static_cast<std::uint8_t>(from + 8)) {
      std::vector<std::uint8_t> input = {who};
      for (std::uint8_t i = from; i < kRequests && i < from + 8; ++i) input.insert(input.end(), {i, 0});
      corpus.write("connection", std::string(whom[who]) + "_" + std::to_string(from), input);
    }
  // `how` is read as a whole and modulo three: 4 is alice, 9 and 18 are root.
  const std::vector<std::uint8_t> two_at_once = {kAtOnce, 10, 0, 7, 0};
  // The first one's answer is a refusal, which waits.
  const std::vector<std::uint8_t> too_early = {kAtOnce, 10, 1, 4, 27, 'x', 7, 0};
  const std::vector<std::uint8_t> half_closed = {kHalfClosed + 1, 0, 0, 10, 0};
  const std::vector<std::uint8_t> hung_up = {kHungUp + 2, 10, 0};
  const std::vector<std::uint8_t> bent = {1, 10, 1, 4, 30, '1', 2, 1, 1, 40, 0, 9, 2, 3, 18, 0, 0, 5, 9};
  const std::vector<std::uint8_t> out_of_nothing = {0, kNone, 2, 0, 0, 1, 2, 9, 255, 7, 0};
  corpus.write("connection", "two_at_once", two_at_once);
  corpus.write("connection", "too_early", too_early);
  corpus.write("connection", "half_closed", half_closed);
  corpus.write("connection", "hung_up", hung_up);
  corpus.write("connection", "bent", bent);
  corpus.write("connection", "out_of_nothing", out_of_nothing);
}

}  // namespace umbra::fuzz

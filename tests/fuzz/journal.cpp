// The journal, three times: the input as a segment's bytes, as a batch whose checksum is right, and as LMDB's mark.
#include "daemon/store/journal.hpp"

#include <algorithm>
#include <stdexcept>

#include "daemon/crypto/sodium.hpp"
#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {
namespace {

constexpr JournalId kId{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
constexpr std::size_t kNumber = 8, kHead = 36;

std::vector<Journal::Batch> read(Bytes segment) {
  auto batches = Journal::batches_in(segment, kId, 0);
  require(batches.size() <= segment.size() / kHead, "a batch has a head of its own");
  for (const Journal::Batch& batch : batches)
    for (const auto& [user, token] : batch.tokens)
      require(user.size() <= 300 && token.size() <= 8192, "names and tokens keep their limits");
  return batches;
}

// u64 number, u32 changes, then the changes: what a checksum that somebody could forge would let in.
std::vector<std::uint8_t> sealed(Bytes input) {
  constexpr std::uint8_t kMagic[] = {'U', 'M', 'T', 'J'};
  const Bytes payload = input.subspan(12);
  std::vector<std::uint8_t> batch(kHead);
  Writer head(batch);
  head.field(kMagic);
  std::copy_n(input.begin(), 12, batch.begin() + 4);
  const auto size = static_cast<std::uint32_t>(payload.size());
  for (unsigned i = 0; i < 4; ++i) batch[16 + i] = static_cast<std::uint8_t>(size >> (8 * i));
  std::array<std::uint8_t, 16> sum;
  sodium::generichash({kId.bytes, Bytes(batch).first(20), payload}, sum);
  std::copy(sum.begin(), sum.end(), batch.begin() + 20);
  batch.insert(batch.end(), payload.begin(), payload.end());
  return batch;
}

void mark(std::string_view stored) {
  try {
    require(JournalMark::decode(stored).encode() == stored, "what is read as a mark is written as the same bytes");
  } catch (const std::runtime_error& error) {
    require(std::string_view(error.what()).find('\n') == std::string_view::npos, "an error is one line");
  }
}

}  // namespace

void journal(Bytes input) {
  mark(text(input));
  read(input);
  if (input.size() < 12) return;
  std::vector<std::uint8_t> batch = sealed(input);
  const auto found = read(batch);
  require(found.size() <= 1, "one batch is not read as two");
  std::uint64_t number = 0;
  for (std::size_t i = kNumber; i-- > 0;) number = number << 8 | input[i];
  require(found.empty() || found[0].number == number, "a batch keeps its number");
  if (!found.empty()) {
    std::size_t filled = 12;
    for (const auto& [user, token] : found[0].tokens) filled += 4 + user.size() + token.size();
    const bool twice =
        found[0].tokens.size() < (input[8] | std::size_t{input[9]} << 8);  // somebody's record, then again
    require(twice || filled == input.size(), "a batch is its changes and nothing else");
  }
  batch[input[0] % batch.size()] ^= static_cast<std::uint8_t>(input[1] | 1);
  require(read(batch).empty(), "a changed batch is none");
}

}  // namespace umbra::fuzz

// Writes what each contender of the benchmark keeps of N enrolled users, into one folder each.
//
//   make_records umbra|google|oath|yardstick FOLDER N

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "daemon/crypto/keyring_file.hpp"
#include "daemon/crypto/sodium.hpp"
#include "daemon/store/committer.hpp"
#include "daemon/store/lmdb_store.hpp"
#include "tests/bench/population.hpp"
#include "tests/bench/yardstick_store.hpp"
#include "tests/support/hex.hpp"

namespace {

using namespace umbra;

std::string base32(const std::array<std::uint8_t, 20>& bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 5; held -= 5) text += kAlphabet[(bits >> (held - 5)) & 31];
  }
  return text;
}

// A record as enrolment leaves it: ten backup codes, nothing spent.
Record enrolled(unsigned n) {
  Record record;
  record.user = bench::user_name(n);
  record.uid = bench::kFirstUid + n;
  record.generation = 1;
  record.created_at = record.enrolled_at = 1;
  record.active.emplace().secret.assign(bench::secret(n));
  sodium::random(record.backup.salt);
  record.backup.codes.resize(10);
  for (auto& code : record.backup.codes) sodium::random(code.hash);
  return record;
}

void make_umbra(const std::string& folder, unsigned users) {
  const StateDirectory directory(folder + "/state");
  const SystemClock clock;
  LmdbStore store(directory);
  auto ring = create_keyring(folder + "/keyring", std::time(nullptr));
  if (!ring) throw std::runtime_error(ring.error());
  if (const auto open = store.unlock(std::make_shared<const KeyRing>(std::move(*ring)), clock); !open)
    throw std::runtime_error(open.error());
  for (unsigned first = 0; first < users; first += Committer::kMaxBatch) {
    std::vector<Change> batch;
    for (unsigned n = first; n < users && n < first + Committer::kMaxBatch; ++n)
      batch.push_back({bench::user_name(n),
                       [n](std::optional<Record>& record) {
                         record = enrolled(n);
                         return true;
                       },
                       std::nullopt});
    if (const auto written = store.apply(batch); !written) throw std::runtime_error(written.error());
  }
}

// The file that google-authenticator's tool writes: time-based, reuse disallowed, rate limit on, five scratch codes.
void make_google(const std::string& folder, unsigned users) {
  for (unsigned n = 0; n < users; ++n) {
    const std::string path = folder + "/" + bench::user_name(n);
    std::ofstream(path) << base32(bench::secret(n)) << "\n\" RATE_LIMIT 3 30\n\" WINDOW_SIZE 3\n\" DISALLOW_REUSE\n"
                        << "\" TOTP_AUTH\n11111111\n22222222\n33333333\n44444444\n55555555\n";
    chmod(path.c_str(), 0400);
  }
}

void make_oath(const std::string& folder, unsigned users) {
  const std::string path = folder + "/users.oath";
  std::ofstream file(path);
  for (unsigned n = 0; n < users; ++n)
    file << "HOTP/T30\t" << bench::user_name(n) << "\t-\t" << test::hex(bench::secret(n)) << "\n";
  chmod(path.c_str(), 0600);
}

void make_yardstick(const std::string& folder, unsigned users) {
  constexpr unsigned kBatch = 10'000;
  const auto now = std::time(nullptr);
  const auto ring = create_keyring(folder + "/keyring", now);
  if (!ring) throw std::runtime_error(ring.error());
  const bench::YardstickStore store(folder);
  for (unsigned first = 0; first < users; first += kBatch) {
    lmdb::Transaction write(store.environment, lmdb::Transaction::Mode::write);
    for (unsigned n = first; n < users && n < first + kBatch; ++n)
      store.put(write, bench::user_name(n), 0, ring->seal(bench::secret(n), now));
    write.commit();
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const std::map<std::string_view, void (*)(const std::string&, unsigned)> makers = {
      {"umbra", make_umbra}, {"google", make_google}, {"oath", make_oath}, {"yardstick", make_yardstick}};
  if (argc != 4 || !makers.contains(argv[1]))
    throw std::runtime_error("usage: make_records umbra|google|oath|yardstick FOLDER N");
  umbra::sodium::init();
  const std::string folder = argv[2];
  const auto users = static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10));
  mkdir(folder.c_str(), 0755);
  makers.at(argv[1])(folder, users);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "make_records: %s\n", error.what());
  return 1;
}

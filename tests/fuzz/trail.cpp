// An entry of the audit trail in a real database, twice: the input as what lies there, and as what is under the seal.
#include "daemon/store/trail.hpp"

#include <array>

#include "daemon/store/lmdb.hpp"
#include "tests/fuzz/fixed_ring.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra::fuzz {
namespace {

constexpr std::size_t kMaxEntry = 700;

class Shelf {
 public:
  void read(std::string_view lying) {
    const std::string key("\0\0\0\0\0\0\0\x29", 8);  // 41
    {
      lmdb::Transaction txn(env_, lmdb::Transaction::Mode::write);
      entries_->put(txn, key, lying);
      txn.commit();
    }
    unsigned shown = 0;
    const auto look = [&](const wire::TrailEntry& entry) {
      require(entry.number == 41, "an entry is shown under its own number alone");
      require(entry.user.size() <= wire::kMaxUser && entry.event.size() <= wire::kMaxEvent, "texts keep their limits");
      ++shown;
      return true;
    };
    require(trail_.read(0, look).has_value() && trail_.read_back(look).has_value(), "a bad entry hides no other");
    require(shown == 0 || shown == 2, "an entry is shown from both sides or from none");
  }

 private:
  static std::optional<lmdb::Database> open(const lmdb::Environment& env) {
    lmdb::Transaction txn(env, lmdb::Transaction::Mode::write);
    const lmdb::Database entries(txn, "trail");
    txn.commit();
    return entries;
  }

  test::TempDir folder_{test::folder_in_memory()};
  lmdb::Environment env_{folder_.path(), std::size_t{1} << 20, 2};
  test::FakeClock clock_{kNow};
  LmdbTrail trail_{env_, std::make_shared<const KeyRing>(*KeyRing::parse(kKey)), clock_};
  std::optional<lmdb::Database> entries_ = open(env_);
};

}  // namespace

void trail(Bytes input) {
  static Shelf shelf;
  if (input.empty() || input.size() > kMaxEntry) return;
  shelf.read(text(input));
  shelf.read(fixed_ring().seal(input, kNow));
}

}  // namespace umbra::fuzz

// Hands credentials to the daemon, as many in one packet as fit, and tells what came of each; ruled by ARCHITECTURE.md,
// "Import and export".
#pragma once

#include <array>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "setup_tool/client.hpp"
#include "setup_tool/import/imported.hpp"

namespace umbra::intake {

// Where a credential comes from.
struct Place {
  const std::string* file = nullptr;
  std::size_t line = 0;
};

class Sender {
 public:
  using Told = std::function<void(const Place&, const std::string& user, wire::ImportOutcome)>;

  struct Wish {
    bool dry_run = false;  // ask what would come of it
    bool replace = false;
    bool devices = false;  // a user may come several times
  };
  Sender(Client& client, Wish wish, Told told) : client_(client), wish_(wish), told_(std::move(told)) {}
  ~Sender() { wipe(items_.data(), items_.size()); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // The second and every later credential of a user is one more device. Throws Failure where the daemon cannot answer.
  void add(const Place& place, const Credential& credential);
  // What still waits. To be called once at the end.
  void flush();

 private:
  struct Waiting {
    Place place;
    std::string user;
    std::uint64_t mark;
  };
  bool put(const Credential& credential, bool further);

  Client& client_;
  Wish wish_;
  Told told_;
  std::array<std::uint8_t, wire::kMaxImportBytes> items_{};
  std::size_t size_ = 0;
  std::vector<Waiting> waiting_;
  // Users by a hash of their names: a million of them in some 40 MB.
  std::unordered_map<std::uint64_t, std::uint8_t> seen_;  // how many credentials
  std::unordered_set<std::uint64_t> refused_;
};

}  // namespace umbra::intake

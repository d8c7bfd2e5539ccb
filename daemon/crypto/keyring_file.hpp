// The key ring's file: read into wiped memory, and changed whole or not at all; ruled by ARCHITECTURE.md, "Keys".
#pragma once

#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "daemon/crypto/keyring.hpp"

namespace umbra {

// Reads and parses the file (at most 64 KiB). The error is one line that names the path and what to do next; `missing`
// is set where the file does not exist.
tl::expected<KeyRing, std::string> load_keyring(const std::string& path, bool& missing);

// Writes a ring of one new random key: mode 0400, never over an existing file, file and folder synced before it
// returns. The folder is made (0755) where it is missing. `now`: unix seconds, told in a comment.
tl::expected<KeyRing, std::string> create_keyring(const std::string& path, std::int64_t now);

// Gives `each` the keys of the file as its lines have them, the first one first, where they are those of `present`; the
// text is wiped behind it. The error is one line.
tl::expected<void, std::string> show_keys(const std::string& path, const KeyRing& present,
                                          const std::function<void(std::string_view key)>& each);

struct RingFailure {
  enum class Kind : std::uint8_t {
    read_only,  // this process may not write there
    changed,    // the file is not the ring that is in use: to write it could lose a key
    failed,     // the disk
  };
  Kind kind = Kind::failed;
  std::string line;
};

// The ring with a new random key in front, written in the file's place and durable on return: a new file, synced, takes
// the name, and the folder is synced. `present`: the ring in use, whose keys the file must hold. After a failure the
// file is as it was, or (a folder that cannot be synced) as it would have become.
tl::expected<KeyRing, RingFailure> add_key(const std::string& path, const KeyRing& present, std::int64_t now);
// Likewise, with the first key alone.
tl::expected<KeyRing, RingFailure> keep_first_key(const std::string& path, const KeyRing& present);

// True for a credential of systemd ($CREDENTIALS_DIRECTORY): what is written there is gone with the next start.
bool is_credential(const std::string& path);

// Somebody besides the owner may read it: worth a warning, since the ring opens every record.
bool readable_by_others(const std::string& path);

}  // namespace umbra

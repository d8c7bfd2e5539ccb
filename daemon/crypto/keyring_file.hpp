// The key ring's file: read into wiped memory, made once and never written over; ruled by umbra-totpd(8).
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "daemon/crypto/keyring.hpp"

namespace umbra {

// Reads and parses the file (at most 64 KiB). The error is one line that names the path and what to do next; `missing`
// is set where the file does not exist.
tl::expected<KeyRing, std::string> load_keyring(const std::string& path, bool& missing);

// Writes a ring of one new random key: mode 0400, never over an existing file, file and folder synced before it
// returns. The folder is made (0755) where it is missing.
tl::expected<KeyRing, std::string> create_keyring(const std::string& path);

// Somebody besides the owner may read it: worth a warning, since the ring opens every record.
bool readable_by_others(const std::string& path);

}  // namespace umbra

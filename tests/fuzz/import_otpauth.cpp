// A line with an otpauth URI; an export of Google's app also as the bytes that stand in it.
#include "setup_tool/base64.hpp"
#include "setup_tool/import/otpauth_migration.hpp"
#include "setup_tool/import/otpauth_uri.hpp"
#include "tests/fuzz/readings.hpp"

namespace umbra::fuzz {

void import_otpauth(Bytes input) {
  require_reading(intake::read_otpauth_line(text(input)));
  require_reading(intake::read_migration(base64(input)));
}

}  // namespace umbra::fuzz

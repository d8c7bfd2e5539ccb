// google-authenticator's file of a user, whole.
#include "setup_tool/import/google_authenticator.hpp"
#include "tests/fuzz/readings.hpp"

namespace umbra::fuzz {

void import_google(Bytes input) { require_reading(intake::read_google_authenticator(text(input))); }

}  // namespace umbra::fuzz

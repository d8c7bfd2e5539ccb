// One function for each parser that sees bytes of others; each aborts where a promise of that parser is broken.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "common/cursor.hpp"

namespace umbra::fuzz {

// The daemon's.
void answer(Bytes input);
void backup(Bytes input);
void challenge(Bytes input);
void config(Bytes input);
void connection(Bytes input);
void journal(Bytes input);
void keyring(Bytes input);
void line(Bytes input);
void record(Bytes input);
void reply(Bytes input);
void request(Bytes input);
void source(Bytes input);
void token(Bytes input);
void trail(Bytes input);
// The module's.
void enrolment(Bytes input);
void options(Bytes input);
void typed(Bytes input);
// The tool's.
void import_google(Bytes input);
void import_oath(Bytes input);
void import_otpauth(Bytes input);
void import_web(Bytes input);
void pam_stack(Bytes input);
void sshd_config(Bytes input);
void words(Bytes input);

inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

inline std::string_view text(Bytes input) { return {reinterpret_cast<const char*>(input.data()), input.size()}; }

}  // namespace umbra::fuzz

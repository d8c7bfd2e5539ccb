// The one way to toml++: it asserts about files that it should refuse (3.3 to 3.4: "[[[a]]]"), and a typing mistake
// must not end the daemon at a reload, so that its assertions throw here, in every kind of build.
#pragma once

#include <stdexcept>

namespace umbra {

struct NoToml : std::logic_error {
  using std::logic_error::logic_error;
};
[[noreturn]] inline void refuse_toml() { throw NoToml("this is no TOML: a header is [key] or [[key]]"); }

}  // namespace umbra

#undef NDEBUG  // toml++ would turn its assertions into assumptions
#define TOML_ASSERT(expression) (static_cast<bool>(expression) ? static_cast<void>(0) : ::umbra::refuse_toml())
#include <toml++/toml.h>

// What each of the service's tests reads, parsed once: see CONTRIBUTING.md, "Build time".
#include "tests/support/pch/tests.hpp"
#include "tests/support/whole_daemon.hpp"

// Signals as something to wait for and read: until somebody does, none of them ends anything; ruled by signalfd(2).
#pragma once

#include <initializer_list>
#include <optional>

namespace umbra {

// Blocks them in this thread and in those that it starts from now on. A descriptor, the caller's to close, that can be
// read while one waits. Throws std::runtime_error.
int signals_to_read(std::initializer_list<int> signals);

// The next one that waits there; none: nothing does.
std::optional<int> next_signal(int descriptor) noexcept;

}  // namespace umbra

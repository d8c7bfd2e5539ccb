// Every step that makes something durable, seen by a test behind the real call: the linker hands them over.
#pragma once

#include <functional>
#include <string>

namespace umbra::test {

// "journal", "commit", "fsync" or "rename"; on the thread that made it, which goes on when this returns. One at a time.
// What the watcher does itself is not told.
void watch_steps(std::function<void(const std::string& step)> watcher);

}  // namespace umbra::test

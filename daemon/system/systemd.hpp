// The one wrapper of libsystemd: what the service manager is told, the socket that it gives, the journal.
#pragma once

#include <sys/uio.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

namespace umbra::systemd {

// sd_notify(3). Without a service manager nothing happens.
void notify_ready() noexcept;
void notify_reloading() noexcept;
void notify_stopping() noexcept;
void notify_watchdog() noexcept;

// How long the service manager waits for notify_watchdog() before it ends us; 0: for ever.
std::chrono::microseconds watchdog_interval() noexcept;

// The listening socket that the service manager gave, non-blocking and close-on-exec; nothing where it gave none. The
// error is one line. Takes the environment variables away, so it is asked once.
tl::expected<std::optional<int>, std::string> listen_fd();

// True where standard error leads to the journal, as JOURNAL_STREAM of systemd.exec(5) says.
bool stderr_is_journal() noexcept;
// One entry of KEY=value fields. False where the journal did not take it.
bool journal(std::span<const iovec> fields) noexcept;

}  // namespace umbra::systemd

#include "daemon/daemon.hpp"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <stdexcept>

#include "daemon/crypto/keyring_file.hpp"
#include "daemon/crypto/sodium.hpp"
#include "daemon/edge/front.hpp"
#include "daemon/edge/listener.hpp"
#include "daemon/service/archivist.hpp"
#include "daemon/service/locksmith.hpp"
#include "daemon/service/sweeper.hpp"
#include "daemon/store/lmdb_store.hpp"
#include "daemon/system/signals.hpp"
#include "daemon/system/systemd.hpp"
#include "paths.h"

namespace umbra {
namespace {

namespace asio = boost::asio;

// Lookups may wait for a directory service, so they have reserves; Argon2 takes 19 MiB and a core each.
constexpr unsigned kLookupThreads = 1, kLookupReserves = 3, kSlowThreads = 2, kEnrolmentThreads = 1,
                   kPasswordThreads = 2;
constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kLookupQueue = 4096, kSlowQueue = 64, kEnrolmentQueue = 64, kPasswordQueue = 64;
// How long a record may be in the journal alone, and what a power cut may take of the audit trail; the log has that.
constexpr std::chrono::seconds kCheckpointInterval{1};
constexpr std::size_t kCheckpointQueue = 4;
// How often backups and restores are looked at that nobody goes on with.
constexpr std::chrono::seconds kIdleInterval{10};

void keep_secrets_in_memory() {
  const rlimit no_core{0, 0};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
    throw std::runtime_error("cannot switch core dumps off");
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Left to itself glibc raises the size from which it gives memory back at once to the largest block that it has seen:
// the 8 MiB that a start reads of the journal would stay with us, empty.
void give_large_blocks_back() {
  constexpr int kLarge = 256 << 10;  // bytes
  mallopt(M_MMAP_THRESHOLD, kLarge);
}

template <class T>
T value_or_throw(tl::expected<T, std::string> result) {
  if (!result) throw std::runtime_error(result.error());
  return std::move(*result);
}

// A missing ring may be made anew only where it opens nothing yet: over a database it would lock everybody out.
std::shared_ptr<KeyRing> open_keyring(const std::string& path, LmdbStore& store, const Clock& clock, const Log& log) {
  bool missing = false;
  auto ring = load_keyring(path, missing);
  if (ring && readable_by_others(path))
    log.note(LOG_WARNING, "others may read the key ring, and with it every record: chmod 0400 " + path);
  if (ring) return std::make_shared<KeyRing>(std::move(*ring));
  if (!missing) throw std::runtime_error(ring.error());
  if (!store.empty())
    throw std::runtime_error("the key ring " + path +
                             " is missing but there are records: put it back; nothing was changed");
  log.note(LOG_NOTICE, "first start: made a new key ring at " + path + "; keep a copy of it in a safe place");
  return std::make_shared<KeyRing>(value_or_throw(create_keyring(path, clock.wall())));
}

void reload(const Paths& paths, Settings& settings, const Log& log) {
  systemd::notify_reloading();
  auto config = load_config(paths.config);
  if (config) {
    settings.set(std::move(*config));
    log.note(LOG_NOTICE, "configuration read again");
  } else {
    log.note(LOG_ERR, "the old configuration stays in force: " + config.error());
  }
  systemd::notify_ready();
}

// Calls `on_end` once, at the first SIGTERM or SIGINT.
void watch_signals(asio::posix::stream_descriptor& signals, const std::function<void()>& on_hangup,
                   const std::function<void()>& on_end) {
  signals.async_wait(asio::posix::stream_descriptor::wait_read, [&](const boost::system::error_code& error) {
    if (error) return;
    while (const auto signal = next_signal(signals.native_handle())) {
      if (*signal != SIGHUP) return on_end();
      on_hangup();
    }
    watch_signals(signals, on_hangup, on_end);
  });
}

// Calls `act` now and then again and again, until the timer is cancelled.
void every(asio::steady_timer& timer, std::chrono::microseconds interval, const std::function<void()>& act) {
  act();
  timer.expires_after(interval);
  timer.async_wait([&timer, interval, &act](const boost::system::error_code& error) {
    if (!error) every(timer, interval, act);
  });
}

// Where work waits that takes long. Each may hand work to the committer, and that to a later one.
struct Lanes {
  explicit Lanes(const std::function<void(const std::string&)>& complain)
      : password(kPasswordThreads, kPasswordQueue, complain),
        enrolment(kEnrolmentThreads, kEnrolmentQueue, complain),
        slow(kSlowThreads, kSlowQueue, complain) {}

  void finish(Committer& committer) {
    for (Lane* lane : {&password, &enrolment, &slow}) {
      committer.settle();
      lane->finish();
    }
  }

  Lane password, enrolment, slow;
};

}  // namespace

std::string default_keyring_path() {
  if (const char* directory = std::getenv("CREDENTIALS_DIRECTORY"); directory != nullptr && *directory != '\0') {
    std::string path = std::string(directory) + "/keyring";
    if (access(path.c_str(), F_OK) == 0) return path;
  }
  return UMBRA_KEYRING_FILE;
}

void run_daemon(const Paths& paths, const Log& log) {
  keep_secrets_in_memory();
  raise_descriptor_limit();
  give_large_blocks_back();
  sodium::init();
  Settings settings(value_or_throw(load_config(paths.config)));
  const StateDirectory directory(paths.state_dir);
  const SystemClock clock;
  const SystemNames names;
  LmdbStore store(directory);
  const auto ring = open_keyring(paths.keyring, store, clock, log);
  if (const auto unlocked = store.unlock(ring, clock); !unlocked)
    throw std::runtime_error(paths.keyring + ": " + unlocked.error());
  if (const auto older = value_or_throw(store.guard(directory, settings.get()->totp.window)))
    log.note(LOG_WARNING, *older);

  // The loop outlives whatever may still post to it; lanes and committer finish their work before it goes.
  asio::io_context loop(1);
  // Not Asio's own signal_set, which does not tell where the kernel refuses to watch for them: nothing but SIGKILL
  // would end this.
  asio::posix::stream_descriptor signals(loop, signals_to_read({SIGTERM, SIGINT, SIGHUP}));
  const auto complain = [&log](const std::string& error) { log.note(LOG_ERR, error); };
  LmdbTrail trail(store.environment(), ring, clock);
  Audit audit(log, trail, clock);
  // Writes the trail, and is woken by the committer: it lies between them, also where an exception ends all of it.
  Lane checkpoint(1, kCheckpointQueue, complain);
  Committer committer(store, complain);
  Lanes lanes(complain);
  Sources sources;
  const HelperPasswords passwords(paths.password_helper);
  Context context{store,   committer, *ring,          clock,      names,          log, settings, audit,
                  sources, passwords, lanes.password, lanes.slow, lanes.enrolment};
  Sweeper sweeper(context);
  Locksmith locksmith(context, store, trail, *ring, paths.keyring);
  Archivist archivist(context, store, paths.keyring);
  // The dispatcher needs the lookup lane, whose last jobs need the dispatcher: the lane goes first.
  std::optional<Dispatcher> dispatcher;
  Lane lookup(kLookupThreads, kLookupQueue, complain, kLookupReserves);
  Front front(loop);
  dispatcher.emplace(context, trail, lookup, locksmith, archivist, &front);

  const auto given = value_or_throw(systemd::listen_fd());
  Listener listener(loop, given ? *given : bind_socket(paths.socket), *dispatcher, log);
  asio::steady_timer watchdog(loop), to_disk(loop), idle(loop), clean_up(loop);
  const std::function<void()> on_hangup = [&] { reload(paths, settings, log); };
  const std::function<void()> on_end = [&] {
    systemd::notify_stopping();
    log.note(LOG_NOTICE, "stopping");
    signals.cancel();
    for (auto* timer : {&watchdog, &to_disk, &idle, &clean_up}) timer->cancel();
    listener.stop();
    loop.stop();
  };
  watch_signals(signals, on_hangup, on_end);
  const std::function<void()> on_watchdog = [] { systemd::notify_watchdog(); };
  // Where it waits already, it need not wait twice.
  const std::function<void()> on_checkpoint = [&] {
    (void)checkpoint.post([&] {
      audit.flush();
      if (const auto done = store.checkpoint(); !done)
        complain("the database cannot be written, and logins end when its journal is full: " + done.error() +
                 "; look at the disk of " + paths.state_dir);
    });
  };
  store.on_half_full(on_checkpoint);
  // A queue that is full has more urgent work: the next time will do.
  const std::function<void()> on_idle = [&] { (void)lookup.post([&] { archivist.sweep(); }); };
  const std::function<void()> on_clean_up = [&] { (void)lookup.post([&] { sweeper.sweep(); }); };
  if (const auto interval = systemd::watchdog_interval(); interval.count() > 0)
    every(watchdog, interval / 2, on_watchdog);
  every(to_disk, kCheckpointInterval, on_checkpoint);
  every(idle, kIdleInterval, on_idle);
  every(clean_up, std::chrono::seconds(Sweeper::kInterval), on_clean_up);
  listener.start();
  locksmith.resume();
  systemd::notify_ready();
  log.note(LOG_NOTICE, "ready at " + (given ? std::string("the socket systemd gave") : paths.socket));
  front.run();
  // What is left is answers under way: it ends with the last of them.
  loop.restart();
  loop.run_for(kPatience);

  // Each may still hand work to the next; all of them need what is destroyed after this.
  lookup.finish();
  locksmith.stop();
  lanes.finish(committer);
  committer.finish();
  checkpoint.finish();
  audit.flush();
  if (!given) unlink(paths.socket.c_str());
}

}  // namespace umbra

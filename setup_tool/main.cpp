// umbra-totp: reads its words and runs one verb; ruled by umbra-totp(1).

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <exception>

#include "setup_tool/tool.hpp"

namespace {

// A descriptor that the caller closed must not become the socket or the picture. Reading gives the end, writing an
// error, never silence.
void fill_standard_streams() {
  int fd = 0;
  do fd = open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) close(fd);
}

// A core of this process would hold the secret.
void forbid_cores() {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

umbra::Exit run(umbra::Tool& tool) {
  switch (tool.words.verb) {
    case umbra::Verb::setup: return run_setup(tool);
    case umbra::Verb::confirm: return run_confirm(tool);
    case umbra::Verb::status: return run_status(tool);
    case umbra::Verb::verify: return run_verify(tool);
    case umbra::Verb::unlock: return run_unlock(tool);
    case umbra::Verb::list: return run_list(tool);
    case umbra::Verb::remove: return run_remove(tool);
    case umbra::Verb::backup_codes: return run_backup_codes(tool);
    case umbra::Verb::disable: return run_disable(tool);
    case umbra::Verb::enforce: return run_enforce(tool);
    case umbra::Verb::unenforce: return run_unenforce(tool);
    case umbra::Verb::bypass: return run_bypass(tool);
    case umbra::Verb::log: return run_log(tool);
    case umbra::Verb::doctor: return tool.words.user.empty() ? run_checkup(tool) : run_doctor(tool);
    case umbra::Verb::key: return run_key(tool);
    case umbra::Verb::backup: return run_backup(tool);
    case umbra::Verb::restore: return run_restore(tool);
    case umbra::Verb::db: return run_db_check(tool);
    case umbra::Verb::import_users: return run_import(tool);
    case umbra::Verb::export_user: return run_export(tool);
  }
  return umbra::Exit::usage;
}

// Whose business is nobody's in particular: without a name they are not about the caller.
bool is_about_many(umbra::Verb verb) {
  return verb == umbra::Verb::list || verb == umbra::Verb::log || verb == umbra::Verb::enforce ||
         verb == umbra::Verb::unenforce || verb == umbra::Verb::doctor || verb == umbra::Verb::key ||
         verb == umbra::Verb::backup || verb == umbra::Verb::restore || verb == umbra::Verb::db ||
         verb == umbra::Verb::import_users;
}

umbra::Exit act_on(const umbra::Words& words, const umbra::Output& out) {
  umbra::Client client(words.socket);
  const umbra::Asker asker(words.from_stdin);
  umbra::Tool tool{client, out, asker, words, words.user};
  if (tool.user.empty() && !is_about_many(words.verb)) tool.user = umbra::caller_name();
  return run(tool);
}

}  // namespace

int main(int argc, char** argv) {
  forbid_cores();
  fill_standard_streams();
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  static_cast<void>(std::setlocale(LC_CTYPE, ""));
  const umbra::Output out(STDOUT_FILENO);
  umbra::Exit exit = umbra::Exit::done;
  try {
    const umbra::Parsed parsed = umbra::parse_words(argc, argv);
    exit = parsed.exit;
    out.write(parsed.out);
    if (!parsed.line.empty()) umbra::tell(parsed.line);
    if (parsed.words) exit = act_on(*parsed.words, out);
  } catch (const umbra::Failure& failure) {
    umbra::tell(failure.what());
    exit = failure.exit();
  } catch (const std::exception& error) {
    umbra::tell(error.what());
    exit = umbra::Exit::unavailable;
  }
  return static_cast<int>(exit);
}

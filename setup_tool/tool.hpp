// What every verb works with, and the verbs themselves; ruled by umbra-totp(1).
#pragma once

#include "setup_tool/client.hpp"
#include "setup_tool/output.hpp"
#include "setup_tool/terminal.hpp"
#include "setup_tool/words.hpp"

namespace umbra {

struct Tool {
  Client& client;
  const Output& out;
  const Asker& asker;
  const Words& words;
  std::string user;  // the words' user or else the caller; empty where the verb is about several
};

// Each returns how to end, or throws Failure.
Exit run_setup(Tool& tool);
Exit run_confirm(Tool& tool);
Exit run_verify(Tool& tool);
Exit run_status(Tool& tool);
Exit run_list(Tool& tool);
Exit run_unlock(Tool& tool);
Exit run_remove(Tool& tool);
Exit run_backup_codes(Tool& tool);
Exit run_disable(Tool& tool);
Exit run_enforce(Tool& tool);
Exit run_unenforce(Tool& tool);
Exit run_bypass(Tool& tool);
Exit run_log(Tool& tool);
Exit run_doctor(Tool& tool);   // --user: one login
Exit run_checkup(Tool& tool);  // the machine
Exit run_key(Tool& tool);
Exit run_backup(Tool& tool);
Exit run_restore(Tool& tool);
Exit run_db_check(Tool& tool);
Exit run_import(Tool& tool);
Exit run_export(Tool& tool);

// The one line on standard error that an error or a note is.
void tell(std::string_view line);

// The account that called the tool, by its real uid. Throws Failure where that has no name.
std::string caller_name();

}  // namespace umbra

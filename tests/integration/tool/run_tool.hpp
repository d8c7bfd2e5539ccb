// Runs the real umbra-totp: with pipes and no terminal, or on a pseudo-terminal of its own.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace umbra::test {

using Args = std::vector<std::string>;

struct Outcome {
  int exit = -1;  // 128 + signal where one ended the tool
  std::string out, err;
};

struct Streams {
  std::string in = {};         // what standard input gives
  std::string out_file = {};   // standard output goes to this path instead of a pipe
  bool close_out = false;      // standard output is closed
  bool reader_leaves = false;  // nobody reads the pipe at standard output
  uid_t uid = 0;               // who runs the tool
};

// In a session without a controlling terminal.
Outcome run_tool(const Args& args, const Streams& streams = {});

// The tool in the foreground of a shell's session: it may be stopped like any job.
class ToolOnTerminal {
 public:
  explicit ToolOnTerminal(const Args& args, const char* locale = "C.UTF-8", uid_t uid = 0);
  ~ToolOnTerminal();
  ToolOnTerminal(const ToolOnTerminal&) = delete;
  ToolOnTerminal& operator=(const ToolOnTerminal&) = delete;

  // Reads until `text` showed up behind what earlier calls found; false after ten seconds or at the end.
  bool see(const std::string& text);
  void type(const std::string& keys) const;
  // What shows for `keys` is what the terminal's echo makes of them.
  [[nodiscard]] bool echo() const;
  // Until `wanted`, for at most ten seconds.
  [[nodiscard]] bool echo_becomes(bool wanted) const;
  [[nodiscard]] const std::string& shown() const { return shown_; }
  [[nodiscard]] pid_t tool() const { return tool_; }

  // Waits for the next change of the tool: 0 to 127 its exit code, 128 + signal where one ended it, 256 + signal where
  // one stopped it.
  int wait();
  // Back to the foreground, as a shell's fg does.
  void resume() const;

 private:
  void lead_session(const Args& args, const char* locale, uid_t uid, int report, int orders);
  bool read_some(int timeout_ms);

  int terminal_ = -1;
  pid_t leader_ = -1, tool_ = -1;
  int report_ = -1, orders_ = -1;
  std::string shown_;
  std::size_t seen_ = 0;
};

}  // namespace umbra::test

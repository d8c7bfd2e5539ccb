// import: every line is read, and the daemon asked about it, before the first one is imported.
#include <pwd.h>

#include <memory>

#include "setup_tool/import/format.hpp"
#include "setup_tool/import/line_file.hpp"
#include "setup_tool/import/sender.hpp"
#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"
#include "setup_tool/progress.hpp"
#include "setup_tool/tool.hpp"

namespace umbra::intake {
namespace {

constexpr std::size_t kMostNamed = 100;  // bad lines, one by one
constexpr std::size_t kKib = 1024;

const char* advice(wire::ImportOutcome outcome) {
  switch (outcome) {
    case wire::ImportOutcome::imported: return "";
    case wire::ImportOutcome::exists: return "has a second factor already: --replace puts this one in its place";
    case wire::ImportOutcome::no_such_user: return "no such user here: check the name (getent passwd)";
    case wire::ImportOutcome::other_name: return "is called otherwise here: write the name as getent passwd shows it";
    case wire::ImportOutcome::malformed: return "says what no record can keep: too many codes, or numbers out of range";
    case wire::ImportOutcome::in_future: return "a code of it was used later than now: set this host's clock right";
    case wire::ImportOutcome::too_many:
      return "stands here too often: four devices of pam_oath or as URIs, else one line";
    case wire::ImportOutcome::unavailable: return "could not be stored: look at umbra-totpd's log, then run it again";
  }
  return "";
}

class Run {
 public:
  Run(Tool& tool, Format format) : tool_(tool), format_(std::move(format)) {
    for (const std::string& path : tool.words.files) {
      const auto& file = files_.emplace_back(std::make_unique<LineFile>(path, owner()));
      bytes_ += file->size();
    }
  }

  // How many credentials there are. Throws Failure (bad_file) unless the daemon would take every one.
  void check() {
    Progress progress(bytes_ / kKib);
    Sender sender(tool_.client, {true, tool_.words.replace, format_.devices},
                  [&](const Place& place, const std::string& user, auto outcome) {
                    outcome == wire::ImportOutcome::imported ? would_import(place, user, progress)
                                                             : name_bad(place, user, advice(outcome), progress);
                  });
    walk(sender, progress, [&](std::size_t done) { progress.show(done / kKib); });
    progress.hide();
    if (bad_ > 0)
      throw Failure(Exit::bad_file, std::to_string(bad_) + (bad_ == 1 ? " line" : " lines") +
                                        " cannot be imported, so nothing was: put that right and run it again");
    if (good_ == 0) throw Failure(Exit::bad_file, "there is nothing to import in it");
  }

  // Returns how to end.
  Exit bring() {
    for (const auto& file : files_) file->rewind();
    std::size_t done = 0;
    Progress progress(good_);
    const auto told = [&](const Place& place, const std::string& user, wire::ImportOutcome outcome) {
      progress.show(++done);
      if (outcome != wire::ImportOutcome::imported) return name_bad(place, user, advice(outcome), progress);
      progress.hide();
      report(place, user, "imported");
    };
    Sender sender(tool_.client, {false, tool_.words.replace, format_.devices}, told);
    try {
      walk(sender, progress, [](std::size_t) {});
    } catch (const Failure& failure) {
      throw Failure(failure.exit(), std::string(failure.what()) + "; up to here " + std::to_string(done - bad_) +
                                        " were imported: run it again with --replace");
    }
    progress.hide();
    if (bad_ == 0) return Exit::done;
    throw Failure(Exit::wrong_state, std::to_string(bad_) + " were not imported, for what changed meanwhile");
  }

 private:
  [[nodiscard]] uid_t owner() const {
    if (!format_.whole) return 0;
    const passwd* const entry = getpwnam(tool_.words.user.c_str());
    return entry == nullptr ? 0 : entry->pw_uid;
  }

  template <class Show>
  void walk(Sender& sender, Progress& progress, Show show) {
    std::size_t before = 0;
    for (const auto& file : files_) {
      if (format_.whole) {
        take(sender, {&file->path(), 0}, format_.read(file->rest()), progress);
      } else {
        for (std::string_view line; file->next(line); show(before + file->read())) {
          const Reading reading = file->too_long() ? refuse("it is longer than 64 KiB") : format_.read(line);
          take(sender, {&file->path(), file->line()}, reading, progress);
        }
      }
      before += file->size();
    }
    sender.flush();
  }

  void take(Sender& sender, Place place, const Reading& reading, Progress& progress) {
    if (reading.line != 0) place.line = reading.line;
    if (!reading.wrong.empty()) return name_bad(place, {}, reading.wrong, progress);
    for (Credential credential : reading.credentials) {
      if (!tool_.words.user.empty()) credential.user = tool_.words.user;
      if (credential.user.empty())
        name_bad(place, {}, "it names no user: say whose it is with --user", progress);
      else if (credential.user.size() > wire::kMaxUser)
        name_bad(place, {}, "its name is too long for a user's", progress);
      else
        sender.add(place, credential);
    }
  }

  void name_bad(const Place& place, const std::string& user, const std::string& what, Progress& progress) {
    if (++bad_ > kMostNamed) return;
    progress.hide();
    tell(printable(*place.file) + ":" + std::to_string(place.line) + ": " +
         (user.empty() ? "" : printable(user) + ": ") + what);
    if (bad_ == kMostNamed) tell("and no further bad line is named");
  }

  void would_import(const Place& place, const std::string& user, Progress& progress) {
    ++good_;
    if (!tool_.words.dry_run) return;
    progress.hide();
    report(place, user, "would be imported");
  }

  void report(const Place& place, const std::string& user, const char* what) const {
    tool_.out.write(
        tool_.words.json
            ? json_line(
                  {{"file", *place.file}, {"line", place.line}, {"user", user}, {"imported", !tool_.words.dry_run}})
            : printable(*place.file) + ":" + std::to_string(place.line) + ": " + printable(user) + ": " + what + "\n");
  }

  Tool& tool_;
  Format format_;
  std::vector<std::unique_ptr<LineFile>> files_;
  std::size_t bytes_ = 0, good_ = 0, bad_ = 0;
};

}  // namespace
}  // namespace umbra::intake

namespace umbra {

Exit run_import(Tool& tool) {
  intake::Run run(tool, intake::format_of(tool.words));
  run.check();
  return tool.words.dry_run ? Exit::done : run.bring();
}

}  // namespace umbra

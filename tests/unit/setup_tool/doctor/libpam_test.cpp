// The walker against the libpam of this machine: random stacks, called for real.
#include <gtest/gtest.h>
#include <security/pam_appl.h>

#include <random>

#include "setup_tool/doctor/pam_walk.hpp"
#include "tests/unit/setup_tool/doctor/folder.hpp"

// Where it refuses a stack, libpam forgets what it has read of it.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpam.so\n"; }

namespace umbra::test {
namespace {

struct Heard {
  int outcome = -1;
  std::string order;  // the ids of the lines that were called
  bool operator==(const Heard&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Heard& heard) {
  return out << "value " << heard.outcome << " after " << heard.order;
}

Heard libpam_says(const Folder& folder, pam::Group group) {
  const pam_conv conversation{[](int, const pam_message**, pam_response**, void*) { return PAM_CONV_ERR; }, nullptr};
  pam_handle_t* pam = nullptr;
  Heard heard;
  heard.outcome = pam_start_confdir("service", "nobody", &conversation, folder.path().c_str(), &pam);
  if (heard.outcome != PAM_SUCCESS) return heard;
  heard.outcome = group == pam::Group::auth ? pam_authenticate(pam, 0) : pam_acct_mgmt(pam, 0);
  const char* const order = pam_getenv(pam, "ORDER");
  heard.order = order == nullptr ? "" : order;
  pam_end(pam, heard.outcome);
  return heard;
}

std::string argument(const pam::Line& line, const std::string& name) {
  for (const auto& one : line.arguments)
    if (one.starts_with(name)) return one.substr(name.size());
  return "";
}

Heard walker_says(const Folder& folder, pam::Group group) {
  const pam::Stack service = read_stack("service", folder.reader());
  const pam::Stack other = read_stack("other", folder.reader());
  if (service.broken || other.broken) return {PAM_ABORT, ""};
  Heard heard;
  heard.outcome = dispatch(lines_that_run(service, other, group), [&heard](const pam::Line& line) -> pam::Value {
    if (line.module != UMBRA_SCRIPTED_MODULE) return pam::kModuleUnknown;
    heard.order += argument(line, "id=") + ",";
    return static_cast<pam::Value>(std::stoi(argument(line, "value=")));
  });
  return heard;
}

void expect_same(const Folder& folder) {
  for (const auto group : {pam::Group::auth, pam::Group::account})
    EXPECT_EQ(walker_says(folder, group), libpam_says(folder, group)) << folder.all();
}

class Dice {
 public:
  // Included files are named by their whole path: Debian 12's libpam looks for others in /etc/pam.d alone.
  Dice(unsigned seed, const std::string& folder) : engine_(seed), folder_(folder) {}
  unsigned below(unsigned n) { return static_cast<unsigned>(engine_() % n); }
  template <std::size_t N>
  std::string one_of(const char* const (&choices)[N]) {
    return choices[below(N)];
  }

  std::string control() {
    if (below(5) < 2) return one_of({"required", "requisite", "sufficient", "optional", "Required"});
    if (below(30) == 0) return one_of({"nonsense", "[success=0]", "[success]", "[ default = bad success=ok ]", "ok"});
    std::string pairs;
    for (unsigned i = below(4); i > 0; --i)
      pairs += one_of({"success", "auth_err", "authinfo_unavail", "user_unknown", "new_authtok_reqd", "ignore",
                       "module_unknown", "perm_denied"}) +
               "=" + action() + " ";
    return "[" + pairs + "default=" + action() + "]";
  }
  std::string action() {
    return one_of({"ignore", "ok", "done", "bad", "die", "reset", "1", "1", "2", "3", "ok", "bad"});
  }
  std::string module() {
    static constexpr const char* kOften[] = {"0", "0", "0", "7", "7", "9", "10", "12", "25", "6", "28"};
    const std::string value = below(6) == 0 ? std::to_string(below(31)) : one_of(kOften);
    const std::string name = below(25) == 0 ? "/nowhere/pam_missing.so" : UMBRA_SCRIPTED_MODULE;
    return name + " id=" + std::to_string(++lines_) + " value=" + value;
  }
  std::string line(unsigned depth) {
    const std::string group = one_of({"auth", "auth", "auth", "auth", "account", "-auth", "AUTH"});
    const std::string file = folder_ + "/file" + std::to_string(depth + below(2));
    switch (depth > 3 ? 9 : below(14)) {
      case 0: return group + " include " + file + "\n";
      case 1:
      case 2: return group + " substack " + file + "\n";
      case 3: return "@include " + file + "\n";
      default: break;
    }
    switch (below(60)) {
      case 0: return group + "\n";
      case 1: return group + " " + control() + "\n";
      case 2: return "frob " + control() + " " + module() + "\n";
      // An include without a name, and one in a circle, crash this libpam.
      case 3: return group + " " + one_of({"include", "substack"}) + " /nowhere/file\n";
      case 5: return group + " \\\n# between\n\n\t" + control() + " " + module() + "\n";
      case 6: return "\t" + group + " " + control() + " " + module() + " # why\\\n";
      case 7: return group + " " + control() + "\t" + module() + " [two words \\] here]\n";
      default: return group + " " + control() + " " + module() + "\n";
    }
  }
  std::string file(unsigned depth) {
    std::string text;
    for (unsigned i = below(6) + (depth == 0 ? 1 : 0); i > 0; --i) text += line(depth + 1);
    // Not in a file that others @include: where such a one cannot be read, Debian 12's libpam goes by a control that it
    // never set.
    return depth == 0 && below(60) == 0 ? text + "auth required \\\n" : text;
  }

 private:
  std::mt19937 engine_;
  std::string folder_;
  unsigned lines_ = 0;
};

TEST(Libpam, WalksRandomStacksAsWeDo) {
  for (unsigned seed = 1; seed <= 2000 && !testing::Test::HasFailure(); ++seed) {
    const Folder folder;
    Dice dice(seed, folder.path());
    folder.write("service", dice.file(0));
    for (unsigned depth = 1; depth <= 5; ++depth) folder.write("file" + std::to_string(depth), dice.file(depth));
    folder.write("other", dice.below(2) == 0 ? dice.file(4) : "");
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_same(folder);
  }
}

// What the random stacks seldom or never hold.
TEST(Libpam, ReadsStrangeFilesAsWeDo) {
  const std::string module = UMBRA_SCRIPTED_MODULE;
  const std::string good = "auth required " + module + " id=1 value=0\n";
  const Folder folder;
  const std::string file = folder.path() + "/file";
  folder.write("file", "account required " + module + " id=2 value=0\nauth sufficient " + module +
                           " id=3 value=0\nauth required \\");
  folder.write("other", good);
  for (const std::string& text :
       {std::string(), std::string("# nothing\n"), "auth substack " + folder.path() + "/service\n",
        "@include " + folder.path() + "/nowhere\n" + good, good + "auth required \\", good + "@include " + file + "\n",
        "auth include " + file + "\n" + good, "auth substack " + file + "\n",
        "auth [success=ok default=bad " + module + " id=1 value=0\n", "auth\trequired\t" + module + " value=0 id=1",
        "auth [] " + module + " id=1 value=0\n", "auth required [" + module + "] id=1 value=0\n",
        good + "auth requisite\n", good + "auth sufficient\n", good + "auth [default=ignore]\n",
        "auth sufficient include\n" + good}) {
    folder.write("service", text);
    SCOPED_TRACE(text);
    expect_same(folder);
  }
}

}  // namespace
}  // namespace umbra::test

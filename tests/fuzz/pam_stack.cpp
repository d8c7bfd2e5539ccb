// A file of /etc/pam.d as doctor reads it; each file that it includes says the same two lines.
#include "setup_tool/doctor/pam_stack.hpp"

#include "setup_tool/doctor/pam_words.hpp"
#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {

void pam_stack(Bytes input) {
  const std::string all(text(input));
  for (const auto& line : pam::lines_of(all).lines)
    require(line.number >= 1 && line.text.size() <= all.size(), "a line stands in the file");
  for (const std::string& word : pam::words_of(all)) require(word.size() <= all.size(), "a word stands in its line");
  for (const pam::Action& action : pam::parse_control(all))
    require(action.act == pam::Act::jump || action.jump == 0, "only a jump jumps");
  const auto read = [&](const std::string& name) -> std::optional<pam::File> {
    if (name == "sshd") return pam::File{"/etc/pam.d/sshd", all};
    return pam::File{"/etc/pam.d/other", "auth required pam_unix.so nullok\nauth sufficient pam_deny.so\n"};
  };
  const pam::Stack stack = pam::read_stack("sshd", read);
  require(stack.found, "the file is there");
  const pam::Stack other = pam::read_stack("other", read);
  for (const pam::Group group : {pam::Group::auth, pam::Group::account, pam::Group::password, pam::Group::session})
    for (const pam::Line& line : pam::lines_that_run(stack, other, group)) {
      require(line.group == group, "a line runs in its own group");
      require(line.place.line >= 1 && line.name().find('/') == std::string::npos, "a line has a place and a name");
    }
}

}  // namespace umbra::fuzz

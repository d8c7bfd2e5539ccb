// What the module shows of a fresh secret: the input is the fields of the daemon's reply.
#include "pam_module/enrolment.hpp"

#include <algorithm>

#include "common/wire.hpp"
#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {
namespace {

constexpr char kEscape = '\x1b';  // begins a colour

void check(const Page& page, QrLook drawn) {
  const std::string_view view = page.view();
  require(!page.full() && view.size() < kMaxPage && page.c_str()[view.size()] == '\0', "a page ends inside its room");
  const bool colours = drawn == QrLook::black_on_white;
  require(std::none_of(view.begin(), view.end(),
                       [&](char c) {
                         const auto byte = static_cast<unsigned char>(c);
                         return (byte < 0x20 && c != '\n' && !(colours && c == kEscape)) || c == 0x7f;
                       }),
          "nothing that a terminal obeys is shown");
}

}  // namespace

void enrolment(Bytes input) {
  Reader r(input);
  wire::EnrolReply reply;
  wire::EnrolReply::fields(r, reply);
  if (!r.ok() || !r.at_end()) return;
  Enrolment enrolment;
  if (!enrolment.read(reply)) return;
  for (const QrLook look : {QrLook::none, QrLook::light_blocks, QrLook::dark_blocks, QrLook::black_on_white}) {
    Page page;
    check(page, enrolment.write_secret(look, page));
  }
  Page page;
  enrolment.write_backup_codes(page);
  check(page, QrLook::none);
}

}  // namespace umbra::fuzz

// A text from outside on its way into a log.
#include "daemon/system/line.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "tests/fuzz/targets.hpp"

namespace umbra::fuzz {
namespace {

void check(const LineWriter& line, std::size_t limit) {
  require(line.size() <= limit, "a line keeps its limit");
  const std::string_view view = line.view();
  require(
      std::none_of(view.begin(), view.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
      "nothing breaks out of its line");
}

}  // namespace

void line(Bytes input) {
  std::array<char, 4096> room;
  for (const std::size_t limit : {std::size_t{3}, std::size_t{64}, room.size()}) {
    LineWriter escaped(std::span<char>(room).first(limit));
    escaped.escaped(text(input), limit);
    check(escaped, limit);
    LineWriter value(room);
    value.value(text(input), limit);
    check(value, room.size());
  }
  LineWriter first(room);
  first.escaped(text(input), 1024);
  const std::string once(first.view());
  LineWriter again(room);
  if (once.find('\\') != std::string::npos || once.size() > 1020) return;
  again.escaped(once, 1024);
  require(again.view() == once, "what is harmless stays as it is");
}

}  // namespace umbra::fuzz

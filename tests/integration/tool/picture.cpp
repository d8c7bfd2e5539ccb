#include "tests/integration/tool/picture.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace umbra::test {
namespace {

constexpr unsigned kColumns = 132, kCellWidth = 8, kCellHeight = 16;

struct Colours {
  std::uint8_t ink, paper;
};

class Screen {
 public:
  explicit Screen(bool dark_theme) : theme_(dark_theme ? Colours{220, 24} : Colours{16, 248}), now_(theme_) {}

  void show(std::string_view text) {
    while (!text.empty()) text.remove_prefix(show_next(text));
  }

  [[nodiscard]] std::string grey_map() const {
    const std::size_t height = rows_.size() * kCellHeight;
    std::string map = "P5\n" + std::to_string(kColumns * kCellWidth) + " " + std::to_string(height) + "\n255\n";
    for (std::size_t y = 0; y < height; ++y)
      for (unsigned x = 0; x < kColumns * kCellWidth; ++x) {
        const Cell& cell = rows_[y / kCellHeight][x / kCellWidth];
        map += static_cast<char>(pixel(cell, x % kCellWidth, static_cast<unsigned>(y % kCellHeight)));
      }
    return map;
  }

 private:
  enum class Glyph : std::uint8_t { empty, upper, lower, full, strokes };
  struct Cell {
    Glyph glyph;
    Colours colours;
  };

  static std::uint8_t pixel(const Cell& cell, unsigned x, unsigned y) {
    const bool upper_half = y < kCellHeight / 2;
    bool ink = false;
    switch (cell.glyph) {
      case Glyph::empty: break;
      case Glyph::upper: ink = upper_half; break;
      case Glyph::lower: ink = !upper_half; break;
      case Glyph::full: ink = true; break;
      case Glyph::strokes: ink = (x == 2 || x == 5 || y == 5 || y == 10) && x > 0 && x < 7 && y > 2 && y < 13; break;
    }
    return ink ? cell.colours.ink : cell.colours.paper;
  }

  // Returns how many bytes it took.
  std::size_t show_next(std::string_view text) {
    if (text.starts_with("\x1b[")) {
      const std::size_t end = text.find('m');
      colour(text.substr(2, end - 2));
      return end + 1;
    }
    if (text.front() == '\n') {
      rows_.push_back(blank_row());
      column_ = 0;
      return 1;
    }
    if (text.front() == '\r') return 1;
    const bool is_block = text.front() == '\xe2';
    const std::string_view glyph = text.substr(0, is_block ? 3 : 1);
    put(glyph);
    return glyph.size();
  }

  void put(std::string_view glyph) {
    Glyph shape = Glyph::strokes;
    if (glyph == " ") shape = Glyph::empty;
    if (glyph == "\u2580") shape = Glyph::upper;
    if (glyph == "\u2584") shape = Glyph::lower;
    if (glyph == "\u2588") shape = Glyph::full;
    if (column_ == kColumns) {
      rows_.push_back(blank_row());
      column_ = 0;
    }
    rows_.back()[column_++] = {shape, now_};
  }

  void colour(std::string_view numbers) {
    if (numbers == "0") now_ = theme_;
    if (numbers.find("38;5;16") != std::string_view::npos) now_.ink = 0;
    if (numbers.find("48;5;16") != std::string_view::npos) now_.paper = 0;
    if (numbers.find("48;5;231") != std::string_view::npos) now_.paper = 255;
  }

  using Row = std::array<Cell, kColumns>;
  [[nodiscard]] Row blank_row() const {
    Row row;
    row.fill({Glyph::empty, theme_});
    return row;
  }

  Colours theme_, now_;
  std::vector<Row> rows_{blank_row()};
  unsigned column_ = 0;
};

}  // namespace

std::string scan(const std::string& picture_file) {
  FILE* const reader = popen(("zbarimg --quiet --raw --nodbus '" + picture_file + "' 2>&1").c_str(), "re");
  if (reader == nullptr) return {};
  char line[4096] = "";
  const std::string found = std::fgets(line, sizeof line, reader) == nullptr ? "" : line;
  const bool good = pclose(reader) == 0;
  return good ? found.substr(0, found.find('\n')) : "";
}

std::string photograph(std::string_view shown, bool dark_theme) {
  Screen screen(dark_theme);
  screen.show(shown);
  return screen.grey_map();
}

}  // namespace umbra::test

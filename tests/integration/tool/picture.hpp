// What a camera sees: a terminal's text as pixels, and zbarimg's reading of a picture.
#pragma once

#include <string>
#include <string_view>

namespace umbra::test {

// The text of the first code that zbarimg finds in the file; empty where it finds none.
std::string scan(const std::string& picture_file);

// A terminal of 132 columns with cells of 8 x 16 pixels, as a portable grey map. Knows half blocks, and as much of the
// colour escapes as numbers 16 (black) and 231 (white) of the palette; every other character is a few strokes of ink.
std::string photograph(std::string_view shown, bool dark_theme);

}  // namespace umbra::test

// The fuzz targets without a fuzzer: every file of the corpus, whole and cut at each byte.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/fuzz/targets.hpp"
#include "tests/support/temp_dir.hpp"

namespace umbra::fuzz {
namespace {

void replay(const char* target, void (*run)(Bytes)) {
  unsigned files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(UMBRA_CORPUS) / target)) {
    const std::string data = test::read_file(entry.path().string());
    ASSERT_FALSE(data.empty()) << entry.path();
    SCOPED_TRACE(entry.path().string());
    for (std::size_t size = 0; size <= data.size(); ++size) {
      // A copy of just this size, so that a sanitizer sees every byte that is read behind it.
      const std::vector<std::uint8_t> input(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size));
      run(input);
    }
    ++files;
  }
  EXPECT_GT(files, 1U) << "the corpus of " << target << " is missing";
}

#define UMBRA_TARGET(name) \
  TEST(Corpus, name) { replay(#name, name); }
UMBRA_TARGETS

}  // namespace
}  // namespace umbra::fuzz

// libFuzzer's two entry points for the function UMBRA_FUZZ_TARGET of targets.hpp.
#include "tests/fuzz/targets.hpp"

#ifdef UMBRA_FUZZ_SODIUM
#include "daemon/crypto/sodium.hpp"
#endif

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerInitialize(int*, char***) {
#ifdef UMBRA_FUZZ_SODIUM
  umbra::sodium::init();
#endif
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  umbra::fuzz::UMBRA_FUZZ_TARGET({data, size});
  return 0;
}

#include "tests/fuzz/policy/retry_after_fuzz.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  pawl::policy::fuzzing::read_waits({reinterpret_cast<const char*>(bytes), size});
  return 0;
}

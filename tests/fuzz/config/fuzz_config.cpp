#include "tests/fuzz/config/config_fuzz.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  pawl::config::fuzzing::load({reinterpret_cast<const char*>(bytes), size});
  return 0;
}

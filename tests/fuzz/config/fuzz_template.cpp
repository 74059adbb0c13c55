#include "tests/fuzz/config/template_fuzz.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  pawl::config::fuzzing::write_requests({reinterpret_cast<const char*>(bytes), size});
  return 0;
}

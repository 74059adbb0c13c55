#include "tests/fuzz/input/input_fuzz.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  pawl::input::fuzzing::read_jobs({reinterpret_cast<const char*>(bytes), size},
                                  pawl::input::file_format::ndjson);
  return 0;
}

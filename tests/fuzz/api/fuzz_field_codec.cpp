#include "tests/fuzz/api/field_codec_fuzz.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  pawl::api::fuzzing::read_shown_value({reinterpret_cast<const char*>(bytes), size});
  return 0;
}

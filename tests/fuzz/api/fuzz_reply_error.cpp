#include "tests/fuzz/api/reply_fuzz.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  pawl::api::fuzzing::read_error_reply({reinterpret_cast<const char*>(bytes), size});
  return 0;
}

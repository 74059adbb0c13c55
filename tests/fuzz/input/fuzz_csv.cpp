#include "tests/fuzz/input/input_fuzz.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  pawl::input::fuzzing::scan_csv(text);
  pawl::input::fuzzing::read_jobs(text, pawl::input::file_format::csv);
  return 0;
}

#include "tests/fuzz/plan/undo_fuzz.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  pawl::plan::fuzzing::bring_back({reinterpret_cast<const char*>(bytes), size});
  return 0;
}

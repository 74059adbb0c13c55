// Counts what operator new was asked for: linked into the benchmark program only.
#pragma once

#include <cstdint>

namespace pawl::bench {

// Calls of operator new by this process so far.
std::uint64_t allocations() noexcept;

}  // namespace pawl::bench

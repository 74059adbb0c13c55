// Random numbers of this machine. In a file of its own, so that a program that is linked with another one
// (tests/simulation) repeats itself from a seed.
#pragma once

#include <cstdint>
#include <string>

namespace pawl {

// For an engine whose numbers need not be secret.
std::uint32_t random_seed();
// A random UUID (RFC 9562 section 5.4) from the system's own source, so that hosts that run at the same time
// make no two alike.
std::string random_uuid();

}  // namespace pawl

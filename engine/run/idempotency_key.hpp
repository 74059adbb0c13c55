// What a write's idempotency key is made of.
#pragma once

#include <string>

namespace pawl::run {

// A random UUID (RFC 9562 section 5.4) from the system's own source: hosts that run at the same time make no
// key twice.
std::string new_idempotency_key();

}  // namespace pawl::run

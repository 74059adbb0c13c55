// The two kinds of requests, by short names.
#pragma once

#include "engine/policy/pacer.hpp"

namespace pawl::policy::testing {

inline constexpr auto read = request_kind::read, write = request_kind::write;

}  // namespace pawl::policy::testing

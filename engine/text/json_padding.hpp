// How much memory simdjson may read behind a text.
#pragma once

#include <cstddef>

namespace pawl {

// simdjson reads whole blocks, so this many bytes behind a text must be readable; their values do not matter.
// Equal to SIMDJSON_PADDING of simdjson 3.0.1: the files that include simdjson assert that. A function that
// needs more says so.
inline constexpr std::size_t json_padding = 64;

}  // namespace pawl

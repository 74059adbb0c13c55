// What simdjson asks of the memory behind a text.
#pragma once

#include <cstddef>

namespace pawl {

// simdjson reads whole blocks, so this many bytes behind a text must be readable (SIMDJSON_PADDING of
// simdjson 3.0.1; the files that include it check). What they hold does not matter to it; whoever needs more
// says so.
inline constexpr std::size_t json_padding = 64;

}  // namespace pawl

// Counts and durations as people read them. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl {

// "1,234,567".
std::string grouped(std::uint64_t);

// "300 rows", "1 row".
std::string counted(std::uint64_t, std::string_view one, std::string_view many);

// For prose. Rounded up to a whole unit, two units at most: "0 s", "18 s", "4 min 05 s", "2 h 47 min",
// "3 d 4 h". Negative: "0 s".
std::string in_words(std::chrono::nanoseconds);

// As settings write it, in the largest unit that fits: "250ms", "90s", "15m", "1h". Zero: "0ms".
std::string duration_text(std::chrono::nanoseconds);

}  // namespace pawl

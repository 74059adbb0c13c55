// Counts and durations as people read them. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl {

// "1,234,567".
std::string grouped(std::uint64_t);

// Uses `one` for 1 and `many` for every other number: "300 rows", "1 row".
std::string counted(std::uint64_t, std::string_view one, std::string_view many);

// For prose. Rounds up to a whole unit and shows two units at most: "0 s", "18 s", "4 min 05 s", "2 h 47
// min", "3 d 4 h". A negative duration is "0 s".
std::string in_words(std::chrono::nanoseconds);

// Writes a duration as settings do, in the largest unit that divides it: "250ms", "90s", "15m", "1h". Zero is
// "0ms".
std::string duration_text(std::chrono::nanoseconds);

}  // namespace pawl

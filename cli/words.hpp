// Numbers, times and foreign texts as people read them. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/time.hpp"
#include "engine/text/printable.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::cli {

// "1,234,567".
std::string grouped(std::uint64_t);

// "300 rows", "1 row".
std::string counted(std::uint64_t, std::string_view one, std::string_view many);

// Rounded up to a whole unit, two units at most: "0 s", "18 s", "4 min 05 s", "2 h 47 min", "3 d 4 h".
// Negative: "0 s".
std::string in_words(duration);

// RFC 3339 in UTC, with milliseconds: "2026-01-02T03:04:05.678Z".
std::string rfc3339(wall_time);
// The same for people, to the second: "2026-01-02 03:04:05 UTC".
std::string date_and_time(wall_time);

// "60/min", "20/10s", "50/s": as --rate takes it.
std::string in_words(const api::rate_window&);

// A line of a result for people, with its end: what would act on a terminal is shown.
std::string printable_line(std::string_view);

// Appends a JSON string literal; bytes that are not UTF-8 become U+FFFD. What would act on a terminal is
// escaped, which alters no value.
void append_json_string(std::string& to, std::string_view);

// The longest prefix of `text` of at most `columns` code points.
std::string_view first_columns(std::string_view text, std::size_t columns) noexcept;
std::size_t column_count(std::string_view text) noexcept;

}  // namespace pawl::cli

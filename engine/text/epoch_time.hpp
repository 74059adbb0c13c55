// Moments as numbers: seconds or milliseconds since 1970-01-01T00:00:00Z, without leap seconds. Exact at any
// number of digits: no number is converted to binary. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pawl {

enum class epoch_unit : std::uint8_t { second, millisecond };

// Appends an RFC 3339 date-time as a JSON number: "1970-01-01T00:00:01.5Z" is 1.5 s or 1500 ms. False: the
// text is no date-time that parse_instant() reads, and nothing is appended.
bool append_epoch(std::string& to, std::string_view date_time, epoch_unit);

// Appends a JSON number as an RFC 3339 date-time in UTC, with as many digits behind the point as it needs.
// False: the text is no number, its year has not four digits, or it has more than 60 digits behind the point
// (chosen); nothing is appended then.
bool append_date_time(std::string& to, std::string_view number, epoch_unit);

}  // namespace pawl

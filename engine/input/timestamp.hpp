// RFC 3339 timestamps: checked, never changed.
#pragma once

#include <string_view>

namespace pawl::input {

// True for `date-time` of RFC 3339 section 5.6: a real date (leap years), `T`, a time with any fraction, and
// `Z` or an offset. Second 60 only where a leap second can be: 23:59:60 UTC at the end of a month (appendix
// D).
bool is_rfc3339(std::string_view) noexcept;

}  // namespace pawl::input

// Texts that name another path than they seem to.
#pragma once

#include <string_view>

namespace pawl {

// Whether a text has a segment `.` or `..` (RFC 3986 section 5.2.4), also between slashes, also with dots or
// slashes written as %2e, %2f or backslashes. URL libraries and servers resolve all of these (WHATWG URL,
// section 4.4), some after decoding an escape once more.
bool has_dot_segment(std::string_view) noexcept;

}  // namespace pawl

// Reads the dates of HTTP (RFC 9110 section 5.6.7). Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace pawl {

// Reads all three forms: IMF-fixdate, RFC 850 and asctime. The weekday is not checked.
std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_http_date(std::string_view) noexcept;

}  // namespace pawl

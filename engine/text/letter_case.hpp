// Text in which the case of ASCII letters does not count: names of headers, hosts and the like.
#pragma once

#include <string>
#include <string_view>

namespace pawl {

constexpr char lower_case(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_without_case(std::string_view a, std::string_view b) noexcept;
std::string in_lower_case(std::string_view);

}  // namespace pawl

// Removes the white space around a text.
#pragma once

#include <string_view>

namespace pawl {

namespace detail {
template <class Is>
constexpr std::string_view trim_while(std::string_view text, Is is) noexcept {
  while (!text.empty() && is(text.front())) text.remove_prefix(1);
  while (!text.empty() && is(text.back())) text.remove_suffix(1);
  return text;
}
}  // namespace detail

// Spaces, tabs and line ends: the white space of JSON (RFC 8259 section 2) and of cells.
constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
constexpr std::string_view trim(std::string_view text) noexcept {
  // A quick check, because nearly all texts have none.
  const bool is_bare = text.empty() || (text.front() > ' ' && text.back() > ' ');
  return is_bare ? text : detail::trim_while(text, is_space);
}

// Spaces and tabs only: the optional white space of HTTP (RFC 9110 section 5.6.3).
constexpr std::string_view trim_blanks(std::string_view text) noexcept {
  return detail::trim_while(text, [](char c) { return c == ' ' || c == '\t'; });
}

}  // namespace pawl

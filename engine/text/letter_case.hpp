// Compares text without regard to the case of ASCII letters: names of headers, hosts and the like. What
// people write is folded by fold_case() instead.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl {

constexpr char lower_case(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

namespace detail {
bool same_letters(const char* a, const char* b, std::size_t size) noexcept;
}
// Compares the lengths first, inline: most names that are compared differ in length.
inline bool equal_without_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && detail::same_letters(a.data(), b.data(), a.size());
}
// An empty part is in every text.
bool contains_without_case(std::string_view text, std::string_view part) noexcept;
std::string in_lower_case(std::string_view);

// The text without its letters' case: ASCII, Latin with marks, Greek, Cyrillic and Armenian letters become
// small, one for one (Unicode's simple case folding of these scripts). Bytes that are no UTF-8 stay.
std::string fold_case(std::string_view utf8);

}  // namespace pawl

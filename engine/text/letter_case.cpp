#include "engine/text/letter_case.hpp"

#include <algorithm>

namespace pawl {

bool detail::same_letters(const char* a, const char* b, std::size_t size) noexcept {
  return std::equal(a, a + size, b, [](char x, char y) { return lower_case(x) == lower_case(y); });
}

bool contains_without_case(std::string_view text, std::string_view part) noexcept {
  for (; text.size() >= part.size(); text.remove_prefix(1)) {
    if (equal_without_case(text.substr(0, part.size()), part)) return true;
    if (text.empty()) break;
  }
  return false;
}

std::string in_lower_case(std::string_view text) {
  std::string folded(text);
  std::ranges::transform(folded, folded.begin(), lower_case);
  return folded;
}

}  // namespace pawl

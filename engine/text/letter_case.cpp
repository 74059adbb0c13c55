#include "engine/text/letter_case.hpp"

#include <algorithm>

namespace pawl {

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower_case, lower_case);
}

std::string in_lower_case(std::string_view text) {
  std::string folded(text);
  std::ranges::transform(folded, folded.begin(), lower_case);
  return folded;
}

}  // namespace pawl

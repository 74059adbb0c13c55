#include "engine/text/dot_segment.hpp"

#include "engine/text/letter_case.hpp"

#include <cstddef>

namespace pawl {

bool has_dot_segment(std::string_view text) noexcept {
  const auto escaped = [&text](char last) {
    // %25 is the escaped percent sign of an escape.
    while (text.substr(1).starts_with("25")) text.remove_prefix(2);
    return text.size() >= 3 && text[1] == '2' && lower_case(text[2]) == last;
  };
  std::size_t dots = 0;
  bool others = false;
  const auto is_dots = [&] { return !others && (dots == 1 || dots == 2); };
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = 1;
    bool dot = c == '.', slash = c == '/' || c == '\\';
    if (c == '%') {
      dot = escaped('e');
      slash = escaped('f') || (text.size() >= 3 && text[1] == '5' && (text[2] == 'c' || text[2] == 'C'));
      length = dot || slash ? 3 : 1;
    }
    text.remove_prefix(length);
    if (slash) {
      if (is_dots()) return true;
      dots = 0;
      others = false;
    } else if (dot) {
      ++dots;
    } else {
      others = true;
    }
  }
  return is_dots();
}

}  // namespace pawl

#include "engine/text/letter_case.hpp"

#include "engine/text/utf8.hpp"

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

namespace {

constexpr bool is_in(char32_t c, char32_t first, char32_t last) noexcept {
  return c >= first && c <= last;
}

// In these ranges a capital has an even number and its small letter the next one.
constexpr bool is_even_capital(char32_t c) noexcept {
  const bool in_pairs = is_in(c, 0x100, 0x12f) || is_in(c, 0x132, 0x137) || is_in(c, 0x14a, 0x177) ||
                        is_in(c, 0x1de, 0x1ef) || is_in(c, 0x1f8, 0x21f) || is_in(c, 0x222, 0x233) ||
                        is_in(c, 0x3d8, 0x3ef) || is_in(c, 0x460, 0x481) || is_in(c, 0x48a, 0x4bf) ||
                        is_in(c, 0x4d0, 0x52f) || is_in(c, 0x1e00, 0x1e95) || is_in(c, 0x1ea0, 0x1eff);
  return in_pairs && c % 2 == 0;
}
// And in these an odd one.
constexpr bool is_odd_capital(char32_t c) noexcept {
  const bool in_pairs =
      is_in(c, 0x139, 0x148) || is_in(c, 0x179, 0x17e) || is_in(c, 0x1cd, 0x1dc) || is_in(c, 0x4c1, 0x4ce);
  return in_pairs && c % 2 == 1;
}

constexpr char32_t small_letter(char32_t c) noexcept {
  if (is_even_capital(c) || is_odd_capital(c)) return c + 1;
  if ((is_in(c, 0xc0, 0xde) && c != 0xd7) || is_in(c, 0x391, 0x3ab) || is_in(c, 0x410, 0x42f)) return c + 32;
  if (is_in(c, 0x400, 0x40f)) return c + 80;
  if (is_in(c, 0x531, 0x556)) return c + 48;
  if (is_in(c, 0x388, 0x38a)) return c + 37;
  switch (c) {
    case 0xb5:
      return 0x3bc;  // the micro sign is a mu
    case 0x178:
      return 0xff;
    case 0x17f:
      return U's';
    case 0x386:
      return 0x3ac;
    case 0x38c:
      return 0x3cc;
    case 0x38e:
      return 0x3cd;
    case 0x38f:
      return 0x3ce;
    case 0x3c2:
      return 0x3c3;  // the sigma at the end of a word
    case 0x4c0:
      return 0x4cf;
    case 0x1e9e:
      return 0xdf;
    default:
      return c;
  }
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string folded;
  while (!text.empty()) {
    const auto c = first_code_point(text);
    if (c.bytes <= 1)
      folded += lower_case(text.front());
    else
      append_utf8(folded, small_letter(c.value));
    text.remove_prefix(std::max<std::size_t>(1, c.bytes));
  }
  return folded;
}

std::string in_lower_case(std::string_view text) {
  std::string folded(text);
  std::ranges::transform(folded, folded.begin(), lower_case);
  return folded;
}

}  // namespace pawl

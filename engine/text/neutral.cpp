#include "engine/text/neutral.hpp"

#include "engine/text/json_string.hpp"
#include "engine/text/printable.hpp"

#include <algorithm>

namespace pawl {

void append_neutral_json_string(std::string& to, std::string_view text) {
  to += '"';
  for_each_code_point(text, [&to](code_point c, std::string_view bytes) {
    if (c.bytes == 0)
      to += replacement_character;
    else if (c.value == '"' || c.value == '\\' || is_control(c.value))
      append_json_escape(to, c.value);
    else
      to += bytes;
    return true;
  });
  to += '"';
}

std::string neutral_json(std::string_view json) {
  std::string text;
  for_each_code_point(json, [&text](code_point c, std::string_view bytes) {
    if (c.value >= 0x7f && is_control(c.value))
      append_json_escape(text, c.value);
    else
      text += bytes;
    return true;
  });
  return text;
}

std::string neutral_text(std::string_view text) {
  auto shown = printable(text, std::string_view::npos);
  constexpr std::string_view begins_a_formula = "=+-@";
  // Programs for East Asian scripts treat the full-width forms (U+FF1D, FF0B, FF0D, FF20) alike.
  constexpr std::string_view wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
  const auto first = std::string_view{shown}.substr(std::min(shown.find_first_not_of(' '), shown.size()));
  const bool formula = (!first.empty() && begins_a_formula.find(first[0]) != std::string_view::npos) ||
                       std::ranges::any_of(wide, [first](auto w) { return first.starts_with(w); });
  if (formula) shown.insert(shown.begin(), '\'');
  return shown;
}

}  // namespace pawl

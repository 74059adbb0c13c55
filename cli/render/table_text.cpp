#include "cli/render/table_text.hpp"

#include "cli/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace pawl::cli {

void append_cell(std::string& to, std::string_view cell, char delimiter) {
  const bool plain = cell.find_first_of("\"\r\n") == std::string_view::npos &&
                     cell.find(delimiter) == std::string_view::npos && !cell.starts_with(' ') &&
                     !cell.ends_with(' ');
  if (plain) {
    to += cell;
    return;
  }
  to += '"';
  for (const char c : cell) {
    if (c == '"') to += '"';
    to += c;
  }
  to += '"';
}

std::string neutral_text(std::string_view text) {
  auto shown = printable(text, std::string_view::npos);
  constexpr std::string_view begins_a_formula = "=+-@";
  // Programs for other scripts take the full-width forms (U+FF1D, FF0B, FF0D, FF20) for the same.
  constexpr std::string_view wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
  const auto first = std::string_view{shown}.substr(std::min(shown.find_first_not_of(' '), shown.size()));
  const bool formula = (!first.empty() && begins_a_formula.find(first[0]) != std::string_view::npos) ||
                       std::ranges::any_of(wide, [first](auto w) { return first.starts_with(w); });
  if (formula) shown.insert(shown.begin(), '\'');
  return shown;
}

std::string neutral_json(std::string_view json) {
  std::string text;
  const auto byte = [json](std::size_t i) {
    return i < json.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(json[i])) : 0U;
  };
  for (std::size_t i = 0; i < json.size();) {
    std::uint32_t value = 0;
    std::size_t size = 1;
    if (byte(i) == 0x7f) {
      value = 0x7f;
    } else if (byte(i) == 0xc2 && byte(i + 1) >= 0x80 && byte(i + 1) < 0xa0) {
      value = byte(i + 1), size = 2;
    } else if (byte(i) == 0xe2 && (byte(i + 1) == 0x80 || byte(i + 1) == 0x81)) {
      const auto point = (0x2000U | (byte(i + 1) & 0x3fU) << 6) | (byte(i + 2) & 0x3fU);
      const bool acts = (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
      if (acts) value = point, size = 3;
    }
    if (value != 0)
      text += fmt::format("\\u{:04x}", value);
    else
      text += json[i];
    i += size;
  }
  return text;
}

void append_compact(std::string& to, std::string_view json) {
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    to += c;
    if (in_string && c == '\\' && i + 1 < json.size()) to += json[++i];
    if (c == '"') in_string = !in_string;
  }
}

}  // namespace pawl::cli

#include "engine/text/printable.hpp"

#include "engine/text/redaction.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace pawl {
namespace {

struct code_range {
  char32_t first, last;
};

// The white space of Unicode 15 but for U+0020, and its default ignorable code points
// (DerivedCoreProperties), in order.
constexpr code_range invisible_ranges[] = {
    {0xa0, 0xa0},       {0xad, 0xad},      {0x34f, 0x34f},   {0x61c, 0x61c},   {0x115f, 0x1160},
    {0x1680, 0x1680},   {0x17b4, 0x17b5},  {0x180b, 0x180f}, {0x2000, 0x200f}, {0x202f, 0x202f},
    {0x205f, 0x2065},   {0x206a, 0x206f},  {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},  {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};

struct known_name {
  char32_t value;
  std::string_view name;
};

// Those that spreadsheets, editors and web pages leave behind.
constexpr known_name names[] = {{0xa0, "no-break space"},       {0xad, "soft hyphen"},
                                {0x200b, "zero-width space"},   {0x200c, "zero-width non-joiner"},
                                {0x200d, "zero-width joiner"},  {0x200e, "left-to-right mark"},
                                {0x200f, "right-to-left mark"}, {0x202f, "narrow no-break space"},
                                {0x2060, "word joiner"},        {0x3000, "ideographic space"},
                                {0xfeff, "byte order mark"}};

constexpr std::string_view digits = "0123456789abcdef";

void append_hex(std::string& to, std::uint32_t value, int places) {
  for (int shift = (places - 1) * 4; shift >= 0; shift -= 4) to += digits[value >> shift & 15];
}

std::string escaped(std::string_view text, std::size_t max_bytes, bool keeps_line_ends) {
  std::string out;
  while (!text.empty()) {
    if (out.size() >= max_bytes) return out + "...";
    const auto c = first_code_point(text);
    if (c.value == '\n' && keeps_line_ends)
      out += '\n';
    else if (c.bytes == 0 || is_control(c.value))
      append_escaped(out, c, text.front());
    else
      out += text.substr(0, c.bytes);
    text.remove_prefix(std::max<std::size_t>(1, c.bytes));
  }
  return out;
}

}  // namespace

code_point first_code_point(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  char32_t value = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return {};
    value = value << 6 | (byte(i) & 0x3fu);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, length};
}

bool is_control(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

bool is_invisible(char32_t c) noexcept {
  if (c < invisible_ranges[0].first) return false;
  const auto* const found = std::ranges::lower_bound(invisible_ranges, c, {}, &code_range::last);
  return found != std::end(invisible_ranges) && c >= found->first;
}

char32_t first_invisible(std::string_view utf8) noexcept {
  while (!utf8.empty()) {
    const auto c = first_code_point(utf8);
    if (c.bytes == 0) return 0;
    if (is_invisible(c.value)) return c.value;
    utf8.remove_prefix(c.bytes);
  }
  return 0;
}

std::string without_invisible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto c = first_code_point(text);
    const auto size = std::max<std::size_t>(1, c.bytes);
    if (c.bytes == 0 || !is_invisible(c.value)) out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return out;
}

std::string name_of(char32_t c) {
  std::string text = "U+";
  constexpr std::string_view capitals = "0123456789ABCDEF";
  const int places = c > 0xfffff ? 6 : c > 0xffff ? 5 : 4;
  for (int shift = (places - 1) * 4; shift >= 0; shift -= 4) text += capitals[c >> shift & 15];
  const auto* const found = std::ranges::find(names, c, &known_name::value);
  if (found == std::end(names)) return text;
  return text.append(" (").append(found->name) + ')';
}

void append_escaped(std::string& to, code_point c, char first_byte) {
  if (c.bytes == 0) {
    to += "\\x";
    append_hex(to, static_cast<unsigned char>(first_byte), 2);
  } else if (c.value == '\n') {
    to += "\\n";
  } else if (c.value == '\r') {
    to += "\\r";
  } else if (c.value == '\t') {
    to += "\\t";
  } else if (c.value < 0x80) {
    to += "\\x";
    append_hex(to, static_cast<std::uint32_t>(c.value), 2);
  } else {
    to += c.value > 0xffff ? "\\U" : "\\u";
    append_hex(to, static_cast<std::uint32_t>(c.value), c.value > 0xffff ? 8 : 4);
  }
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  if (!holds_secret(text)) return escaped(text, max_bytes, false);
  // Before it is cut: a part of a key is not to be shown either.
  std::string concealed{text};
  conceal_secrets(concealed);
  return escaped(concealed, max_bytes, false);
}

std::string printable_lines(std::string_view text) {
  return escaped(text, std::string_view::npos, true);
}

}  // namespace pawl

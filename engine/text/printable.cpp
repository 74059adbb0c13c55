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

// The white space of Unicode 15 except U+0020, and its default ignorable code points (DerivedCoreProperties),
// sorted.
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

// The characters that spreadsheets, editors and web pages leave behind.
constexpr known_name known_names[] = {{0xa0, "no-break space"},       {0xad, "soft hyphen"},
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
  for_each_code_point(text, [&](code_point c, std::string_view bytes) {
    if (out.size() >= max_bytes) {
      out += "...";
      return false;
    }
    if ((c.bytes == 0 || is_control(c.value)) && (c.value != '\n' || !keeps_line_ends))
      append_escaped(out, c, bytes.front());
    else
      out += bytes;
    return true;
  });
  return out;
}

constexpr std::size_t shown_characters = 60;  // chosen: fits a terminal line beside the place

void append_shown(std::string& to, std::string_view text) {
  std::size_t count = 0;
  for_each_code_point(text, [&](code_point c, std::string_view bytes) {
    if (count++ == shown_characters) {
      to += "...";
      return false;
    }
    if (c.bytes == 0 || is_control(c.value) || is_invisible(c.value))
      append_escaped(to, c, bytes.front());
    else
      to += bytes;
    return true;
  });
}

}  // namespace

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
  char32_t found = 0;
  for_each_code_point(utf8, [&found](code_point c, std::string_view) {
    if (is_invisible(c.value)) found = c.value;
    return c.bytes != 0 && found == 0;
  });
  return found;
}

std::string without_invisible(std::string_view text) {
  std::string out;
  for_each_code_point(text, [&out](code_point c, std::string_view bytes) {
    if (!is_invisible(c.value)) out += bytes;
    return true;
  });
  return out;
}

std::string name_of(char32_t c) {
  std::string text = "U+";
  constexpr std::string_view capitals = "0123456789ABCDEF";
  const int places = c > 0xfffff ? 6 : c > 0xffff ? 5 : 4;
  for (int shift = (places - 1) * 4; shift >= 0; shift -= 4) text += capitals[c >> shift & 15];
  const auto* const found = std::ranges::find(known_names, c, &known_name::value);
  if (found == std::end(known_names)) return text;
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
  // Keys are concealed before the text is cut, because no part of a key may be shown either.
  std::string concealed{text};
  conceal_secrets(concealed);
  return escaped(concealed, max_bytes, false);
}

std::string printable_lines(std::string_view text) {
  return escaped(text, std::string_view::npos, true);
}

std::string printable_line(std::string_view line) {
  return printable(line, std::string_view::npos) + '\n';
}

void append_printable(std::string& to, std::string_view text, std::size_t max_bytes) {
  // Keys are concealed before the text is cut, because no part of a key may be shown either.
  if (holds_secret(text)) {
    std::string concealed{text};
    conceal_secrets(concealed);
    append_printable(to, concealed, max_bytes);
    return;
  }
  const auto full = to.size() + max_bytes;
  std::string escape;
  for_each_code_point(text, [&](code_point c, std::string_view point) {
    if (c.bytes == 0) {
      point = replacement_character;
    } else if (c.value == '\n' || c.value == '\r' || c.value == '\t') {
      point = " ";
    } else if (is_control(c.value)) {
      escape.clear();
      append_escaped(escape, c, point.front());
      point = escape;
    }
    if (to.size() + point.size() > full) return false;
    to.append(point);
    return true;
  });
}

std::string shown(std::string_view text) {
  std::string made = "\"";
  append_shown(made, text);
  return made += '"';
}

std::string shown_json(std::string_view json) {
  std::string made;
  append_shown(made, json);
  return made;
}

}  // namespace pawl

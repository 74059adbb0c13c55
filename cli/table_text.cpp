#include "cli/table_text.hpp"

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

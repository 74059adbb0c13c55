#include "engine/text/csv_cells.hpp"

#include <algorithm>
#include <cstddef>

namespace pawl {

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

std::optional<std::vector<std::string_view>> split_cells(std::string_view row, char delimiter) {
  std::vector<std::string_view> cells;
  std::size_t begin = 0;
  for (;;) {
    std::size_t end = begin;
    if (end < row.size() && row[end] == '"') {
      for (++end;; ++end) {
        if (end >= row.size()) return std::nullopt;
        if (row[end] != '"') continue;
        if (end + 1 < row.size() && row[end + 1] == '"')
          ++end;
        else
          break;
      }
      ++end;
      if (end < row.size() && row[end] != delimiter) return std::nullopt;
    } else {
      end = std::min(row.find(delimiter, begin), row.size());
      // A line end outside of quotes would begin another row.
      if (row.substr(begin, end - begin).find_first_of("\r\n") != std::string_view::npos) return std::nullopt;
    }
    cells.push_back(row.substr(begin, end - begin));
    if (end >= row.size()) return cells;
    begin = end + 1;
  }
}

void append_undoubled(std::string& to, std::string_view inner) {
  for (std::size_t i = 0; i < inner.size(); ++i) {
    to += inner[i];
    if (inner[i] == '"') ++i;  // skip the second quote of the pair
  }
}

std::string cell_text(std::string_view cell) {
  if (cell.size() < 2 || cell.front() != '"' || cell.back() != '"') return std::string{cell};
  std::string text;
  append_undoubled(text, cell.substr(1, cell.size() - 2));
  return text;
}

char guess_delimiter(std::string_view header) noexcept {
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char candidate : {',', ';', '\t', '|'}) {
    std::ptrdiff_t seen = 0;
    bool quoted = false;
    for (const char c : header) {
      if (c == '"') quoted = !quoted;
      if (c == candidate && !quoted) ++seen;
    }
    if (seen > most) {
      most = seen;
      best = candidate;
    }
  }
  return best;
}

}  // namespace pawl

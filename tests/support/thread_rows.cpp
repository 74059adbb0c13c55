#include "tests/support/thread_rows.hpp"

#include <array>
#include <cstdio>

namespace pawl::test {

std::string thread_id(std::size_t number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "thr_%06zu", number);
  return text.data();
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of("\",\n\r;") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + '"';
}

}  // namespace pawl::test

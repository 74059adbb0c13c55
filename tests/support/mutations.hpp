// Makes texts that are nearly right.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl::test {

// Calls act(const std::string&) with the text cut off at each place, with each byte replaced by each of the
// marks, and with each of the marks inserted before each byte.
void for_each_mutation(const std::string& text, std::string_view marks, auto act) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    act(text.substr(0, i));
    for (const char mark : marks) {
      auto other = text;
      other[i] = mark;
      act(other);
      other = text;
      other.insert(i, 1, mark);
      act(other);
    }
  }
}

}  // namespace pawl::test

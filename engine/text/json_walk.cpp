#include "engine/text/json_walk.hpp"

#include "engine/text/json_unescape.hpp"

#include <algorithm>

namespace pawl {

json_kind kind_of(std::string_view json) noexcept {
  switch (json.front()) {
    case 'n':
      return json_kind::null;
    case 't':
    case 'f':
      return json_kind::boolean;
    case '"':
      return json_kind::string;
    case '[':
      return json_kind::array;
    case '{':
      return json_kind::object;
    default:
      return json_kind::number;
  }
}

bool take_value(std::string_view& rest, std::string_view& value) noexcept {
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  if (rest.empty()) return false;
  std::size_t length = 0;
  if (rest.front() == '"') {
    length = string_token_size(rest);
  } else if (rest.front() == '{' || rest.front() == '[') {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      const char c = rest[i];
      if (c == '"') {
        const auto skipped = string_token_size(rest.substr(i));
        if (skipped == 0) return false;
        i += skipped - 1;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        length = i + 1;
        break;
      }
    }
  } else {
    length = std::min(rest.find_first_of(",]}: \n\r\t"), rest.size());
  }
  if (length == 0) return false;
  value = rest.substr(0, length);
  rest.remove_prefix(length);
  return true;
}

void append_on_one_line(std::string& to, std::string_view json) {
  for (std::size_t i = 0; i < json.size();) {
    if (json[i] == '"') {
      const auto whole = string_token_size(json.substr(i));
      const auto token = json.substr(i, whole == 0 ? std::string_view::npos : whole);
      to += token;
      i += token.size();
    } else if (is_space(json[i])) {
      ++i;
    } else {
      to += json[i++];
    }
  }
}

}  // namespace pawl

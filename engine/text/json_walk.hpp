// Walks over JSON text value by value, without a parser and without allocating.
#pragma once

#include "engine/text/trim.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl {

// Deeper values are malformed. The bound is chosen, and the same for input and replies.
inline constexpr unsigned max_json_depth = 64;

enum class json_kind : std::uint8_t { null, boolean, number, string, array, object };
// The kind of a sound JSON text, told by its first character. The text is not empty and has no white space
// around it.
json_kind kind_of(std::string_view json) noexcept;

// Takes one value off the front of `rest` and leaves what follows it; drops white space before it. Checks
// brackets, not scalars. False: `rest` does not begin with a whole value.
bool take_value(std::string_view& rest, std::string_view& value) noexcept;

// Appends JSON text without the white space outside of strings, so that it fits on one line.
void append_on_one_line(std::string& to, std::string_view json);

// Calls `each(std::string_view element)` for the elements of an array until it returns false. False: the text
// is not an array, or each() returned false.
template <class Each>
bool for_each_element(std::string_view array, Each each);

// Calls `each(std::string_view key_token, std::string_view value)` for the members of an object until it
// returns false. False: the text is not an object, or each() returned false.
template <class Each>
bool for_each_member(std::string_view object, Each each);

namespace detail {
// Calls `take(rest)` for each item between the brackets; a comma must follow each item but the last.
template <class Take>
bool for_each_item(std::string_view text, char opening, char closing, Take take) {
  auto rest = trim(text);
  if (rest.size() < 2 || rest.front() != opening || rest.back() != closing) return false;
  rest = trim(rest.substr(1, rest.size() - 2));
  if (rest.empty()) return true;
  for (;;) {
    if (!take(rest)) return false;
    rest = trim(rest);
    if (rest.empty()) return true;
    if (rest.front() != ',') return false;
    rest.remove_prefix(1);
  }
}
}  // namespace detail

template <class Each>
bool for_each_element(std::string_view array, Each each) {
  return detail::for_each_item(array, '[', ']', [&each](std::string_view& rest) {
    std::string_view value;
    return take_value(rest, value) && each(value);
  });
}

template <class Each>
bool for_each_member(std::string_view object, Each each) {
  return detail::for_each_item(object, '{', '}', [&each](std::string_view& rest) {
    std::string_view key, value;
    if (!take_value(rest, key) || key.front() != '"') return false;
    rest = trim(rest);
    if (rest.empty() || rest.front() != ':') return false;
    rest.remove_prefix(1);
    return take_value(rest, value) && each(key, value);
  });
}

}  // namespace pawl

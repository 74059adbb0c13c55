// Lists that the API has as one text (`wire = "join:SEP"`). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// The elements of a joined text. Exactly the separator separates; white space around an element does not
// count, and neither do empty elements.
std::vector<std::string_view> split_joined(std::string_view text, std::string_view separator);

// Why a list does not come back from the text that it is joined into.
enum class join_flaw : std::uint8_t {
  none,
  no_list,      // it is no JSON array, or an element is no string
  no_text,      // an element holds a NUL, or half of a surrogate pair
  empty,        // an element is empty
  white_space,  // an element has white space at an end
  separator,    // an element holds the separator
  neighbour,    // an element makes the separator with what stands behind it: "xa" with "aa"
};

struct joined_list {
  join_flaw flaw = join_flaw::none;
  std::string text;          // without a flaw: the elements, joined
  std::string_view element;  // with a flaw: the token of the first element that has it; empty with no_list
};

// Joins a JSON array of strings, splits the text again and compares: the one answer to whether a list can be
// written joined. `element` is a view into the list.
joined_list join_list(std::string_view list, std::string_view separator);

}  // namespace pawl::api

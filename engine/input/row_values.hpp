// Tells whether an input row may hold a JSON value that came from elsewhere. An API may show what no input
// may contain, such as half of a surrogate pair, and values of any size.
#pragma once

#include "engine/input/json_reader.hpp"
#include "engine/model/byte_arena.hpp"

#include <cstdint>
#include <string_view>

namespace pawl::input {

enum class row_fit : std::uint8_t {
  fits,
  unsound,    // the strict reader refuses it
  too_large,  // longer than a field may be, or too deeply nested for a row
};

// Reads with the same reader as rows do. Not thread-safe.
class row_value_reader {
 public:
  // Whether a row may hold `json` as the value of a field, in `patch` or in `expect`. If it fits, `compact`
  // becomes its text as a row would have it, in `arena`; else `compact` stays as it is.
  row_fit read(std::string_view json, byte_arena& arena, std::string_view& compact);

 private:
  json_reader json_;
  json_row row_;
};

}  // namespace pawl::input

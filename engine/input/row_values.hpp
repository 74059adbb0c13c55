// Whether a row of an input may hold a JSON value that came from elsewhere: an API shows what no input may
// say, such as half of a surrogate pair, and values of any size.
#pragma once

#include "engine/input/json_reader.hpp"
#include "engine/model/byte_arena.hpp"

#include <cstdint>
#include <string_view>

namespace pawl::input {

enum class row_fit : std::uint8_t {
  fits,
  unsound,    // the strict reader refuses it
  too_large,  // longer than a field may be, or nested deeper than a row may be
};

// Reads with the very reader that a row meets. Not thread-safe.
class row_value_reader {
 public:
  // Whether a row may say `json` of a field, in `patch` or in `expect`. Where it fits, `compact` is its
  // text as a row would have it, in `arena`; else it stays as it was.
  row_fit read(std::string_view json, byte_arena& arena, std::string_view& compact);

 private:
  json_reader json_;
  json_row row_;
};

}  // namespace pawl::input

// JSON as text: strict reading into canonical text, which is all that the rest of the engine sees of a value.
// Canonical: no white space outside strings, numbers as they were written, strings with the fewest escapes.
// What simdjson's On-Demand reader leaves to its caller is checked here: number and escape grammar, lone
// surrogates, repeated keys, depth.
#pragma once

#include "engine/model/byte_arena.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::input {

enum class json_kind : std::uint8_t { null, boolean, number, string, array, object };

struct json_value {
  json_kind kind = json_kind::null;
  std::string_view text;  // canonical
};

// The kind of canonical text, by its first character. Never empty text.
json_kind kind_of(std::string_view canonical) noexcept;

// True for the number grammar of RFC 8259 section 6.
bool is_json_number(std::string_view) noexcept;
// The same without fraction and exponent.
bool is_json_integer(std::string_view) noexcept;

// Of a canonical JSON string, without its quotes: code points, an escape counting as one.
std::size_t count_string_characters(std::string_view canonical) noexcept;
// The text that a canonical JSON string stands for, in `arena` where it had escapes.
std::string_view string_content(std::string_view canonical, byte_arena& arena);

// Walks the members of a canonical array or object, in order.
class json_items {
 public:
  explicit json_items(std::string_view container) noexcept;
  // False behind the last one. `key` is a canonical JSON string, empty in arrays.
  bool next(std::string_view& key, json_value& value) noexcept;

 private:
  std::string_view rest_;
  bool object_;
};

// The inside of a JSON string (between its quotes), appended to `to` as UTF-8. Null: done; else what is wrong
// with it: a bad escape or a lone surrogate.
const char* unescape_json(std::string_view inside, std::string& to);

// The closing quote of a string whose first character (behind the quote) is `at`; there must be one before
// `end`. `escaped` becomes true where the string has a backslash.
const char* closing_quote(const char* at, const char* end, bool& escaped) noexcept;

}  // namespace pawl::input

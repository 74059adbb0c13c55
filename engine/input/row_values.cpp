#include "engine/input/row_values.hpp"

#include "engine/input/byte_window.hpp"
#include "engine/text/json_padding.hpp"

#include <cstring>

namespace pawl::input {

row_fit row_value_reader::read(std::string_view json, byte_arena& arena, std::string_view& compact) {
  constexpr std::string_view head = R"({"patch":{"":)", tail = "}}";
  const auto size = head.size() + json.size() + tail.size();
  char* const line = arena.allocate(size + json_padding);
  char* at = line;
  for (const auto part : {head, json, tail}) {
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  std::memset(at, ' ', json_padding);
  if (json_.row({line, size}, arena, row_) && row_.members.size() == 1) {
    const auto text = row_.members.front().value.text;
    if (text.size() > max_field_bytes) return row_fit::too_large;
    compact = text;
    return row_fit::fits;
  }
  // In a row the value would stand two levels deeper, so a sound value may still be too deep.
  return json_.value(json, arena) ? row_fit::too_large : row_fit::unsound;
}

}  // namespace pawl::input

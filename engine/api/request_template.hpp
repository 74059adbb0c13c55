// A request as a template: texts and a JSON body with holes. config/profile_loader makes templates of a
// profile's strings, and request_writer compiles them into pieces that are copied around the values.
#pragma once

#include "engine/text/json_path.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::api {

// What a hole is filled with. Variables of the profile ({site}) are filled when it is loaded.
enum class hole : std::uint8_t {
  none,        // literal text
  id,          // the row's id
  fields,      // the object of what is sent
  value,       // the value of a field, in its `send`
  asked,       // the names that a run needs to see
  was,         // a value of the resource as it was read before the write
  was_header,  // a header of the reply to that read
  key,         // an idempotency key
  cursor,      // the place of the next page of a list: what the API calls it,
  page,        // its number,
  offset,      // or how many items stand before it
  token,       // the key, in `auth`
};

struct text_piece {
  hole is = hole::none;
  std::string text;  // with none: as it is sent; with was_header: the header's name
  json_path path;    // with was
  bool operator==(const text_piece&) const = default;
};
// Pieces that are joined. Empty: an empty text.
using text_template = std::vector<text_piece>;

bool has_hole(const text_template&, hole) noexcept;

// A JSON value with holes.
struct json_template {
  enum class kind : std::uint8_t {
    json,    // `text` is a JSON text without holes
    text,    // a string: `pieces`, among them a hole
    hole,    // one hole alone, `pieces.front()`: it becomes the value itself
    object,  // `members`
    array,   // `elements`
  };
  static constexpr std::string_view spread = "...";  // the key whose {fields} are put into the object itself

  kind is = kind::object;
  std::string text{};
  text_template pieces{};
  std::vector<std::pair<std::string, json_template>> members{};
  std::vector<json_template> elements{};
  bool operator==(const json_template&) const = default;
};

bool has_hole(const json_template&, hole) noexcept;

// What one call of the API differs in from another. Empty parts: nothing of the kind is sent.
struct request_spec {
  std::string method;
  text_template path;  // below the base URL
  std::vector<std::pair<std::string, text_template>> query, headers;
  std::optional<json_template> body;
};

bool has_hole(const request_spec&, hole) noexcept;

}  // namespace pawl::api

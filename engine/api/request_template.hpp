// A request as a template: texts and a JSON body with holes. config/profile_loader makes templates of a
// profile's strings, and request_writer compiles them into pieces that are copied around the values.
#pragma once

#include "engine/text/json_path.hpp"

#include <cstdint>
#include <optional>
#include <span>
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

// A request below the base URL with all holes filled. A path alone is a GET of it.
struct call {
  std::string target{};  // path and query, percent-encoded
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};  // JSON text; empty: none
  std::string id{};    // the resource that it is about; empty: none, or several

  bool empty() const noexcept { return target.empty(); }
  bool operator==(const call&) const = default;

  call() = default;
  call(std::string path_and_query) : target(std::move(path_and_query)) {}  // NOLINT: a path is a call
  call(std::string_view path_and_query) : target(path_and_query) {}        // NOLINT: likewise
  call(const char* path_and_query) : target(path_and_query) {}             // NOLINT: likewise
};

// What fills the holes of requests that read.
struct hole_values {
  std::string_view id{};
  // Of a request for several resources: an array whose only element holds {id} has one element for each, and
  // in a query commas stand between them.
  std::span<const std::string_view> ids{};
  bool id_is_number = false;  // in a body
  std::span<const std::string> asked{};
  std::optional<std::string> cursor{};  // unset: there is none yet, and a query parameter that consists of
  std::optional<std::uint64_t> page{};  // this hole alone is left out
  std::optional<std::uint64_t> offset{};
};

// Whether this is the array that a request for several resources repeats: its only element holds {id}.
bool is_repeated(const json_template&) noexcept;

// For paths that run now and then: request_writer has a compiled form for those of each job.
call fill(const request_spec&, const hole_values&);
// False: the value is a hole without a value, and nothing was appended. Members and elements of that kind are
// left out.
bool append_json(std::string& to, const json_template&, const hole_values&);
// Percent-encodes a name or value of a query. It encodes more than RFC 3986 requires there, which servers
// accept; commas stay, because people read them in logs.
void append_query_text(std::string& to, std::string_view text);

}  // namespace pawl::api

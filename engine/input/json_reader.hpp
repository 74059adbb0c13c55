// Strict reading of JSON into compact text, which is all that the rest of the engine sees of a value: no
// white space outside strings, numbers as they were written, strings with the fewest escapes. simdjson finds
// the structure; what its On-Demand interface leaves to its caller is checked here: number and escape
// grammar, lone surrogates, repeated keys, depth.
#pragma once

#include "engine/model/byte_arena.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/json_walk.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::input {

// What a text of a legacy code page is called; validation gathers such rows under one complaint.
inline constexpr std::string_view not_utf8 = "is not valid UTF-8";

struct json_value {
  json_kind kind = json_kind::null;
  std::string_view text;  // compact
};

// Which object of an NDJSON row a member stood in.
enum class member_scope : std::uint8_t { row, patch, expect };

struct json_member {
  member_scope scope = member_scope::row;
  std::string_view key;  // unescaped
  json_value value;
};

// The members of a row, those of `patch` and `expect` spread out.
struct json_row {
  std::vector<json_member> members;
  bool has_patch = false, has_expect = false;
};

// Reused from row to row; allocates only for rows longer than all before. Not thread-safe.
class json_reader {
 public:
  json_reader();
  json_reader(json_reader&&) noexcept;
  json_reader& operator=(json_reader&&) noexcept;
  ~json_reader();

  // Any JSON value; its text lies in `arena`. nullopt: problem() says why.
  std::optional<json_value> value(std::string_view text, byte_arena& arena);

  // A row, one JSON object. `line` lives as long as the result and is followed by json_padding readable
  // bytes; texts lie in it or in `arena`. False: problem() says why, and `into` holds what came before.
  bool row(std::string_view line, byte_arena& arena, json_row& into);

  // What was wrong with the last text: "is not valid JSON: ...", without place.
  const std::string& problem() const noexcept;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::input

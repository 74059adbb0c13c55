// Reads JSON strictly and turns it into compact text, the only form of a value that the rest of the engine
// sees: no white space outside strings, numbers as they were written, strings with the fewest escapes.
// simdjson finds the structure. This reader checks what simdjson's On-Demand interface does not: the grammar
// of numbers and escapes, lone surrogates, repeated keys, depth.
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

// The complaint about text in a legacy code page; validation gathers such rows under one complaint.
inline constexpr std::string_view not_utf8 = "is not valid UTF-8";

struct json_value {
  json_kind kind = json_kind::null;
  std::string_view text;  // compact
};

// The object of an NDJSON row that a member belongs to.
enum class member_scope : std::uint8_t { row, patch, expect };

struct json_member {
  member_scope scope = member_scope::row;
  std::string_view key;  // unescaped
  json_value value;
};

// The members of a row, together with those of its `patch` and `expect`.
struct json_row {
  std::vector<json_member> members;
  bool has_patch = false, has_expect = false;
};

// Reused from row to row; allocates only for rows that are longer than all before. Not thread-safe.
class json_reader {
 public:
  json_reader();
  json_reader(json_reader&&) noexcept;
  json_reader& operator=(json_reader&&) noexcept;
  ~json_reader();

  // Reads any JSON value; its text lies in `arena`. nullopt: problem() says why.
  std::optional<json_value> value(std::string_view text, byte_arena& arena);

  // Reads a row, which is one JSON object. `line` must live as long as the result and be followed by
  // json_padding readable bytes; texts lie in it or in `arena`. If false, problem() says why, and `into`
  // holds the members before the error.
  bool row(std::string_view line, byte_arena& arena, json_row& into);

  // What was wrong with the last text: "is not valid JSON: ...", without the place.
  const std::string& problem() const noexcept;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::input

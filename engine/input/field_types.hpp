// From a cell, or from a JSON value of an NDJSON row, to the compact JSON that goes into a patch,
// checked against what the profile says of the field.
//
// Cells: white space around them is dropped, but for strings. An empty cell means that the field is absent.
// A list is `a;b;c` (items trimmed, none empty), `[]` for the empty one, or a JSON array of strings. Booleans
// are true/false/1/0/yes/no in any case.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/input/json_reader.hpp"
#include "engine/model/byte_arena.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pawl::input {

// A field's checks, compiled from its profile entry. Owns its texts.
struct value_rule {
  struct member;

  api::field_type type = api::field_type::string;
  bool nullable = false;
  std::size_t min_length = 0, max_length = 0;  // code points; of a list: of each item; 0: no bound
  std::vector<std::string> values;             // enumeration: as people write them
  std::vector<std::string> values_json;        // the same as compact JSON
  std::vector<member> members;                 // object; empty: any
};
struct value_rule::member {
  std::string name;
  value_rule rule;
};

value_rule make_rule(const api::field_spec&);
value_rule make_rule(const api::member_spec&);
// Of a field that the profile lets through without knowing it: any text, any JSON, null.
value_rule passed_rule();

// How cells of this input are read.
struct cell_syntax {
  std::string null_token = "null";  // empty: none
  char list_separator = ';';
};

enum class cell_state : std::uint8_t { absent, value, bad };

// Types values one after the other; keeps its buffers. Not thread-safe.
class field_typer {
 public:
  explicit field_typer(cell_syntax syntax) : syntax_(std::move(syntax)) {}

  // `nullable` instead of the rule's own: preconditions may always be null.
  // `json` lives in `arena`, in the rule, or for ever. bad: problem() says what is wrong with the cell.
  cell_state from_cell(const value_rule&, bool nullable, std::string_view cell, byte_arena&,
                       std::string_view& json);

  // Checks a compact JSON value; it needs no other form. False: problem().
  bool check(const value_rule&, bool nullable, const json_value&);

  // `must be one of open, snoozed, done (got "opne")`, without place.
  const std::string& problem() const noexcept { return problem_; }

  json_reader& json() noexcept { return json_; }

 private:
  bool fail(std::string what) {
    problem_ = std::move(what);
    return false;
  }
  bool check_length(const value_rule&, std::size_t bytes_at_least, std::size_t bytes_at_most,
                    std::string_view text, bool is_json);
  cell_state list_cell(const value_rule&, std::string_view cell, byte_arena&, std::string_view& json);
  cell_state json_cell(const value_rule&, bool nullable, std::string_view cell, byte_arena&,
                       std::string_view& json);
  bool check_list(const value_rule&, const json_value&);
  bool check_object(const value_rule&, const json_value&);
  std::string near_hint(const value_rule&, std::string_view got) const;

  cell_syntax syntax_;
  json_reader json_;
  std::string scratch_, problem_;
};

}  // namespace pawl::input

// Turns a cell, or a JSON value of an NDJSON row, into the compact JSON that goes into a patch, and checks it
// against what the profile says of the field.
//
// Cells: white space around them is dropped, except in strings. An empty cell means that the field is absent.
// A list is `a;b;c` (items trimmed, none empty), `[]` for the empty one, or a JSON array of strings. Booleans
// are true/false/1/0/yes/no in any case.
#pragma once

#include "engine/api/field_codec.hpp"
#include "engine/api/profile.hpp"
#include "engine/input/json_reader.hpp"
#include "engine/model/byte_arena.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::input {

// The checks of a field, compiled from its profile entry. Owns its texts.
struct value_rule {
  struct member;

  api::field_type type = api::field_type::string;
  bool nullable = false;
  std::size_t min_length = 0, max_length = 0;  // in code points; of a list: of each item; 0: no bound
  std::vector<std::string> values;             // enumeration: as people write the values
  std::vector<std::string> values_json;        // the same as compact JSON
  std::vector<member> members;                 // object; empty: any members
  // of a form on the wire from which not every value comes back; unset: all do
  std::optional<api::field_codec> codec;
};
struct value_rule::member {
  std::string name;
  value_rule rule;
};

value_rule make_rule(const api::field_spec&);
value_rule make_rule(const api::member_spec&);
// The form on the wire from which values must come back; unset: all do.
std::optional<api::field_codec> form_to_check(const api::field_spec&);
// The rule of a field that the profile passes on without knowing it: any text, any JSON, null.
value_rule passed_rule();

// How cells of this input are read.
struct cell_syntax {
  std::string null_token = "null";  // empty: there is none
  char list_separator = ';';
};

enum class cell_state : std::uint8_t { absent, value, bad };

// Types one value after another and keeps its buffers. Not thread-safe.
class field_typer {
 public:
  explicit field_typer(cell_syntax syntax) : syntax_(std::move(syntax)) {}

  // `nullable` replaces the rule's own flag, because preconditions may always be null. `json` lives in
  // `arena`, in the rule, or for ever. If the result is `bad`, problem() says what is wrong with the cell.
  cell_state from_cell(const value_rule&, bool nullable, std::string_view cell, byte_arena&,
                       std::string_view& json);

  // Checks a compact JSON value, which is sent as it is. If false, problem() says why.
  bool check(const value_rule&, bool nullable, const json_value&);

  // For example `must be one of open, snoozed, done (got "opne")`, without the place.
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
  bool check_form(const value_rule&, std::string_view json);
  std::string near_hint(const value_rule&, std::string_view got) const;

  cell_syntax syntax_;
  json_reader json_;
  std::string scratch_, problem_;
};

}  // namespace pawl::input

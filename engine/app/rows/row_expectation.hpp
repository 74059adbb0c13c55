// Tells whether `run` takes what the API shows as a precondition of a row, and finds it true at once. An API
// may show what no row can say: half of a surrogate pair, a value that is too long or nested too deeply, a
// word or a type that the profile does not have. Pure.
#pragma once

#include "engine/api/json_compare.hpp"
#include "engine/api/profile.hpp"
#include "engine/input/field_types.hpp"
#include "engine/input/row_values.hpp"
#include "engine/model/byte_arena.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::app {

// Keeps its buffers. Not thread-safe.
class row_expectation {
 public:
  // `syntax`: how `run` reads cells; no matter where there are none.
  explicit row_expectation(input::cell_syntax syntax = {}) : typer_(std::move(syntax)) {}

  // The JSON value `shown` as a row has it, valid until the next call; nullopt: no row may expect it.
  std::optional<std::string_view> read(const input::value_rule&, std::string_view shown);
  // What was wrong then, printable, to follow the name of the field.
  const std::string& problem() const noexcept { return problem_; }

  // Whether `run` reads the cell as the value `shown`.
  bool is_said_by(std::string_view cell, const input::value_rule&, api::comparison, std::string_view shown);

 private:
  input::field_typer typer_;
  input::row_value_reader values_;
  api::json_comparer comparer_;
  byte_arena bytes_;
  std::string problem_;
};

}  // namespace pawl::app

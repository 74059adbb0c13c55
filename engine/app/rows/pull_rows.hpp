// Turns the items of a list into rows of an input: selects items, and writes columns for each. Pure.
#pragma once

#include "engine/api/field_locator.hpp"
#include "engine/api/precondition.hpp"
#include "engine/api/profile.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/app/rows/row_expectation.hpp"
#include "engine/model/error.hpp"
#include "engine/model/time.hpp"
#include "engine/text/json_locator.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::app {

struct pull_column {
  enum class kind : std::uint8_t { note, expect } is = kind::note;
  std::string field;  // as the profile names it
  json_path path;
  api::field_type type = api::field_type::string;
};

// The columns that --note and --expect ask for, or the defaults: `title` and `status` if the profile has such
// fields, and those fields of the conditions that can be expected. `none` alone means no column. Failures
// (usage): an unknown or repeated field, or one that cannot be a precondition.
expected<std::vector<pull_column>> plan_pull(const api::profile&, const std::vector<api::precondition>&,
                                             const pull_options&);

// How cells are written so that `run` reads the same values; made from the settings.
struct pull_syntax {
  table_format format = table_format::csv;
  std::string null_token = "null";
  char list_separator = ';';
  char delimiter = ',';
};

// The ids that were seen, as 128 bits of hash each: 16 bytes an id, at most 43 with the room to grow. The
// chance that any two of a million ids share a hash is 1 in 10^26.
class id_set {
 public:
  bool insert(std::string_view id);  // false: it was in the set already

 private:
  using entry = std::pair<std::uint64_t, std::uint64_t>;
  void grow();
  std::vector<entry> slots_;  // {0, 0}: free
  std::size_t used_ = 0;
};

class pull_rows {
 public:
  // The names in `conditions` must have been resolved (api::resolve_name). `id_path`: where an item shows its
  // id. The profile must outlive it.
  pull_rows(const api::profile&, const json_path& id_path, std::vector<api::precondition> conditions,
            std::vector<pull_column> columns, pull_syntax);

  std::string header() const;  // with its line end; empty for ndjson

  enum class taken : std::uint8_t { written, left_out, seen_before };
  // Appends the row of one item. json_padding readable bytes must follow it. Failures: mend if the item is
  // not as the profile describes it; usage if a value to expect is none that `run` takes and finds true at
  // once (row_expectation.hpp), cannot stand in a cell of CSV (an empty text, or the null token), or makes
  // the row too long. A row without its precondition would be written where it should not, so there is none.
  expected<taken> add(std::string_view item, wall_time now, std::string& to);

  // To be called after the last item: checks that the list has shown the fields that were asked for. A field
  // that one item leaves out is null there, because other items show it. A field that no item shows is not
  // known, and a condition on it would have left out every row. Failures: mend.
  status complete() const;

 private:
  expected<taken> write(std::string& to);
  std::string cell(std::size_t column);
  std::string csv_header() const;
  status check_expectations();
  void append_object(std::string& to);
  status append_csv(std::string& to);
  status append_expect_cell(std::string& to, std::size_t column);

  const api::profile& profile_;
  std::vector<api::precondition> conditions_;
  std::vector<pull_column> columns_;
  pull_syntax syntax_;
  json_parser parser_;
  api::field_locator at_;  // places: the id, the conditions, the columns
  std::vector<std::uint32_t> wanted_;
  std::vector<char> shows_;  // for each condition, then each column: an item has shown it
  // What a row may expect of a field.
  struct expected_field {
    input::value_rule rule;
    api::comparison compare = api::comparison::exact;
  };
  std::vector<expected_field> expected_;  // by column; of a note it says nothing
  row_expectation expectation_;
  std::vector<std::string> json_;  // by column: what the item shows
  std::uint64_t items_ = 0;
  std::string id_;
  std::string id_token_;
  id_set seen_;
};

}  // namespace pawl::app

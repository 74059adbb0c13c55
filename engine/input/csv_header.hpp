// The header row of a CSV: which delimiter, and what each column is for.
#pragma once

#include "engine/input/row_reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::input {

struct csv_header {
  char delimiter = ',';
  bool sniffed = false;
  std::string text;                // the row as it stands, without the line end
  std::vector<std::string> names;  // trimmed
  std::uint64_t end_offset = 0;    // of the first byte behind it
  std::uint64_t end_line = 1;
};

// Reads the header from the beginning of the file, of which `look` holds the first bytes. Without a given
// delimiter it is the one among , ; tab | that yields the id column (`is_id` answers for a column name),
// among several the one with the most columns; a comma where none does.
expected<csv_header> read_csv_header(const reader_context&, const input_head& look);

// The columns' part of the plan. `id` is the position of the id column.
struct csv_columns {
  int id = -1;
};
// Complaints go to `problems`, a line each.
csv_columns plan_columns(const csv_header&, const reader_context&, row_plan&, std::string& problems);

}  // namespace pawl::input

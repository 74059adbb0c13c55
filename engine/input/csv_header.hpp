// Reads the header row of a CSV: finds the delimiter, and what each column is for.
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
  std::string text;                // the row as it is written, without the line end
  std::vector<std::string> names;  // trimmed
  std::uint64_t end_offset = 0;    // the position of the first byte behind it
  std::uint64_t end_line = 1;
};

// Reads the header from the beginning of the file, whose first bytes `look` holds. If no delimiter is given,
// it is the one among , ; tab | that yields the id column (`id` or --id-column); among several the one that
// yields most columns; a comma if none does.
expected<csv_header> read_csv_header(const reader_context&, const input_head& look);

// The position of the id column; the other columns go into the row_plan.
struct csv_columns {
  int id = -1;
};
// Appends complaints to `problems`, one a line. `id_beside_value`: that about an id where rows name their
// resources in another way.
csv_columns plan_columns(const csv_header&, const reader_context&, const std::string& id_beside_value,
                         row_plan&, std::string& problems);

}  // namespace pawl::input

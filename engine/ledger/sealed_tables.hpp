// Which tables of the schema are sealed, and in which groups: those that say what happened to a row by the
// blocks of job_key.hpp, so that a fault names its rows, and the others as one. Pure.
#pragma once

#include "engine/ledger/job_key.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pawl::ledger {

struct sealed_table {
  // Where a record has the number of its row.
  enum class grouping : std::uint8_t {
    by_key,      // column 0 is a job_key()
    by_columns,  // column 0 is the generation, column 1 the row
    none,
  };
  std::string_view name;
  grouping by = grouping::none;
  char tag = '\0';  // for record_digest::finish(); never changes
  int since = 0;    // the version of the schema that has it first; 0: all sealed ones have it
};
// job_data and intent come first: they change with each row of a run.
inline constexpr std::array<sealed_table, 9> sealed_tables{{
    {"job_data", sealed_table::grouping::by_key, 'j'},
    {"intent", sealed_table::grouping::by_columns, 'i'},
    {"retried", sealed_table::grouping::by_columns, 'r'},
    {"done_block", sealed_table::grouping::none, 'd'},
    {"checkpoint", sealed_table::grouping::none, 'c'},
    {"generation", sealed_table::grouping::none, 'g'},
    {"run", sealed_table::grouping::none, 'u'},
    {"event", sealed_table::grouping::none, 'e'},
    {"matched", sealed_table::grouping::none, 'm', 5},
}};

constexpr std::optional<std::size_t> sealed_table_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < sealed_tables.size(); ++i)
    if (sealed_tables[i].name == name) return i;
  return std::nullopt;
}

// A group of records: `seal.block`, which is 0 for a table that is one group.
constexpr std::int64_t group_of(std::int64_t generation, std::uint64_t row) noexcept {
  return job_key(generation, row) >> block_bits;
}
constexpr std::int64_t generation_of_group(std::int64_t group) noexcept {
  return (group >> (row_bits - block_bits)) + 1;
}
constexpr std::uint64_t block_of_group(std::int64_t group) noexcept {
  return static_cast<std::uint64_t>(group) & (max_row >> block_bits);
}

}  // namespace pawl::ledger

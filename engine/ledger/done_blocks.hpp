// What a resume, a count and the writer need to know of finished rows, without reading each of them:
// done_block lists the blocks in which every row has an outcome, so only the gaps between these are scanned.
#pragma once

#include "engine/ledger/database.hpp"
#include "engine/ledger/job_key.hpp"
#include "engine/model/outcome.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace pawl::ledger {

struct done_block {
  std::uint64_t block = 0;
  outcome_counts counts;
};

struct row_range {
  std::uint64_t first = 0, last = 0;  // both included
  bool operator==(const row_range&) const = default;
};

// Sorted by block number.
expected<std::vector<done_block>> read_done_blocks(database&, std::int64_t generation);

// The rows that no block covers; the last range extends to the highest row number. Pure.
std::vector<row_range> gaps(const std::vector<done_block>&);

// Calls the function for every row in the gaps that has an outcome, in row order.
status for_each_in(database&, std::int64_t generation, const std::vector<row_range>&,
                   const std::function<void(std::uint64_t row, outcome)>&);

// Rows per outcome, as the tables done_block, run and sample have them. read_counts() reads these columns
// from `first` on.
inline constexpr std::string_view outcome_columns =
    "applied, unchanged, skipped, superseded, refused, mismatch, failed, unknown, invalid";
outcome_counts read_counts(statement&, int first);
void bind_counts(statement&, int first, const outcome_counts&);

// The outcome of a code in job_data. Unset: this version does not know the code, so the file is at fault.
std::optional<outcome> outcome_of(std::int64_t code) noexcept;

}  // namespace pawl::ledger

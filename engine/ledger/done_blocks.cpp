#include "engine/ledger/done_blocks.hpp"

#include <fmt/format.h>

namespace pawl::ledger {

outcome_counts read_counts(statement& from, int first) {
  outcome_counts counts;
  for (std::size_t i = 0; i < outcome_count; ++i)
    counts.of[i] = static_cast<std::uint64_t>(from.integer(first + static_cast<int>(i)));
  return counts;
}

void bind_counts(statement& to, int first, const outcome_counts& counts) {
  for (std::size_t i = 0; i < outcome_count; ++i)
    to.bind(first + static_cast<int>(i), static_cast<std::int64_t>(counts.of[i]));
}

std::optional<outcome> outcome_of(std::int64_t code) noexcept {
  if (code < 0 || code >= static_cast<std::int64_t>(outcome_count)) return std::nullopt;
  return static_cast<outcome>(code);
}

expected<std::vector<done_block>> read_done_blocks(database& db, std::int64_t generation) {
  auto query = db.prepare(
      fmt::format("SELECT block, {} FROM done_block WHERE generation = ? ORDER BY block", outcome_columns));
  if (!query) return std::move(query.error());
  query->bind(1, generation);
  std::vector<done_block> blocks;
  for (;;) {
    auto row = query->step();
    if (!row) return std::move(row.error());
    if (!*row) return blocks;
    blocks.push_back({static_cast<std::uint64_t>(query->integer(0)), read_counts(*query, 1)});
  }
}

std::vector<row_range> gaps(const std::vector<done_block>& blocks) {
  std::vector<row_range> open;
  std::uint64_t next = 0;  // the block that would follow without a gap
  for (const auto& b : blocks) {
    if (b.block > next) open.push_back({first_row(next), last_row(b.block - 1, max_row)});
    next = b.block + 1;
  }
  open.push_back({first_row(next), max_row});
  return open;
}

status for_each_in(database& db, std::int64_t generation, const std::vector<row_range>& ranges,
                   const std::function<void(std::uint64_t, outcome)>& tell) {
  auto query = db.prepare("SELECT key, outcome FROM job_data WHERE key BETWEEN ? AND ?");
  if (!query) return std::move(query.error());
  for (const auto& range : ranges) {
    query->bind(1, job_key(generation, range.first)).bind(2, job_key(generation, range.last));
    for (;;) {
      auto row = query->step();
      if (!row) return std::move(row.error());
      if (!*row) break;
      const auto what = outcome_of(query->integer(1));
      if (!what) return sqlite_failure(SQLITE_CORRUPT, db.path(), "an outcome that does not exist");
      tell(row_of(query->integer(0)), *what);
    }
  }
  return {};
}

}  // namespace pawl::ledger

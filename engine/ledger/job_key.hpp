// The numbers behind job_data.key and done_block.block of schema.sql. Pure.
#pragma once

#include <algorithm>
#include <cstdint>

namespace pawl::ledger {

inline constexpr int row_bits = 40;
inline constexpr std::uint64_t max_row = (std::uint64_t{1} << row_bits) - 1;

// Generation 1 adds no bits, so in the usual ledger a key takes three bytes instead of six.
constexpr std::int64_t job_key(std::int64_t generation, std::uint64_t row) noexcept {
  return ((generation - 1) << row_bits) | static_cast<std::int64_t>(row);
}
constexpr std::uint64_t row_of(std::int64_t key) noexcept {
  return static_cast<std::uint64_t>(key) & max_row;
}

// 16,384 rows (chosen): a resume of a ledger of any size scans a few blocks of about 1 ms each, and 10
// million rows have 611 blocks.
inline constexpr int block_bits = 14;

constexpr std::uint64_t block_of(std::uint64_t row) noexcept {
  return row >> block_bits;
}
constexpr std::uint64_t first_row(std::uint64_t block) noexcept {
  return std::max<std::uint64_t>(block << block_bits, 1);  // row numbers begin at 1
}
constexpr std::uint64_t last_row(std::uint64_t block, std::uint64_t rows) noexcept {
  return std::min(((block + 1) << block_bits) - 1, rows);
}
// How many rows a block has in an input of `rows` rows; 0 if the block lies behind the end.
constexpr std::uint64_t rows_in(std::uint64_t block, std::uint64_t rows) noexcept {
  return last_row(block, rows) < first_row(block) ? 0 : last_row(block, rows) - first_row(block) + 1;
}

}  // namespace pawl::ledger

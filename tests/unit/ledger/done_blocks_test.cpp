#include "engine/ledger/done_blocks.hpp"

#include <gtest/gtest.h>

namespace pawl::ledger {
namespace {

TEST(JobKey, KeepsGenerationAndRow) {
  EXPECT_EQ(job_key(1, 17), 17);  // the usual ledger pays for no generation
  EXPECT_EQ(job_key(3, 17), (std::int64_t{2} << 40) + 17);
  EXPECT_EQ(row_of(job_key(3, 17)), 17u);
  EXPECT_EQ(row_of(job_key(7, max_row)), max_row);
  EXPECT_LT(job_key(2, max_row), job_key(3, 0));
}

TEST(DoneBlocks, CountRowsFromOne) {
  EXPECT_EQ(rows_in(0, 100), 100u);
  EXPECT_EQ(rows_in(0, 16'383), 16'383u);
  EXPECT_EQ(rows_in(0, 50'000), 16'383u);  // there is no row 0
  EXPECT_EQ(rows_in(1, 50'000), 16'384u);
  EXPECT_EQ(rows_in(3, 50'000), 50'000u - 3 * 16'384 + 1);
  EXPECT_EQ(rows_in(4, 50'000), 0u);
  EXPECT_EQ(rows_in(1, 16'384), 1u);
  EXPECT_EQ(rows_in(1, 16'383), 0u);
  std::uint64_t sum = 0;
  for (std::uint64_t b = 0; b < 10; ++b) sum += rows_in(b, 123'456);
  EXPECT_EQ(sum, 123'456u);
}

TEST(DoneBlocks, LeaveTheGapsToBeScanned) {
  const auto end = max_row;
  using ranges = std::vector<row_range>;
  EXPECT_EQ(gaps({}), (ranges{{1, end}}));
  EXPECT_EQ(gaps({{0, {}}}), (ranges{{16'384, end}}));
  EXPECT_EQ(gaps({{1, {}}}), (ranges{{1, 16'383}, {32'768, end}}));
  EXPECT_EQ(gaps({{0, {}}, {1, {}}, {4, {}}}), (ranges{{32'768, 65'535}, {81'920, end}}));
}

}  // namespace
}  // namespace pawl::ledger

#include "engine/input/row_walk.hpp"

#include "engine/input/validation.hpp"
#include "tests/unit/input/test_profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace pawl::input {
namespace {

using test::source_of;

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* four_rows = "id,status\nt1,done\nt2,nope\nt3,open\nt4,done\n";

// The numbers of the rows that a watch sees that has seen enough with row `last`, and what else was said.
struct seen_rows {
  std::vector<std::uint64_t> rows;
  row_watch until(std::uint64_t last) {
    return [this, last](const job_view& job) {
      rows.push_back(job.row);
      return job.row < last;
    };
  }
};

TEST(WalkRows, ShowsTheGoodRowsFromWhereTheSourceStandsUntilItIsEnough) {
  struct row {
    checkpoint from;
    std::uint64_t last;
    std::vector<std::uint64_t> seen;
  };
  const checkpoint first{0, 10, 2}, second{1, 18, 3};
  const std::vector<row> table{
      {first, 99, {1, 3, 4}}, {first, 3, {1, 3}}, {first, 1, {1}}, {second, 99, {3, 4}}};
  for (const auto& row : table) {
    auto source = source_of(four_rows);
    ASSERT_TRUE(source.seek(row.from));
    seen_rows seen;
    ASSERT_TRUE(walk_rows(source, seen.until(row.last), {}, nullptr));
    EXPECT_EQ(seen.rows, row.seen) << row.from.row << " to " << row.last;
  }
}

TEST(WalkRows, SaysHowFarItIsAndEndsWhenAsked) {
  auto source = source_of(four_rows);
  seen_rows seen;
  std::vector<std::uint64_t> said;
  const auto say = [&said](std::uint64_t rows) { said.push_back(rows); };
  ASSERT_TRUE(walk_rows(source, seen.until(99), say, nullptr));
  EXPECT_THAT(said, ElementsAre(4));

  auto again = source_of(four_rows);
  seen_rows none;
  const std::atomic<bool> stop = true;
  const auto stopped = walk_rows(again, none.until(99), {}, &stop);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, failure_kind::later);
  EXPECT_THAT(none.rows, IsEmpty());
}

// The pass that validates shows the same rows, and goes on to the end whether or not it is enough.
TEST(WalkRows, IsPartOfAValidation) {
  for (const std::uint64_t last : {1, 3, 99}) {
    auto source = source_of(four_rows), other = source_of(four_rows);
    seen_rows of_validation, of_walk;
    const auto report = validate(source, test::threads(), {}, nullptr, of_validation.until(last));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->rows, 4u);
    EXPECT_EQ(report->bad_rows, 1u);
    ASSERT_TRUE(walk_rows(other, of_walk.until(last), {}, nullptr));
    EXPECT_EQ(of_validation.rows, of_walk.rows) << last;
  }
}

}  // namespace
}  // namespace pawl::input

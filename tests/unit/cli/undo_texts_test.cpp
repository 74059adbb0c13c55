#include "cli/render/undo_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pawl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

app::writing_generation writer(std::int64_t id, std::uint64_t rows) {
  return {id, rows, wall_time{std::chrono::seconds{1'767'323'045 + id}}};
}

TEST(OtherGenerations, SaysWhatAnUndoOfOneLeavesAsItIs) {
  const std::string command = "pawl undo jobs.csv.ledger";
  EXPECT_THAT(other_generations(1, {}, command), IsEmpty());
  EXPECT_THAT(
      other_generations(3, {writer(2, 1200), writer(1, 1)}, command),
      ElementsAre("generation 2 (1,200 rows, 2026-01-02 03:04:07 UTC), generation 1 (1 row, 2026-01-02 "
                  "03:04:06 UTC) wrote too, and this does not undo it; to go back further, run these "
                  "jobs first and then those of: pawl undo jobs.csv.ledger --generation 2"));
  EXPECT_THAT(other_generations(2, {writer(3, 7), writer(1, 1)}, command),
              ElementsAre(::testing::AllOf(HasSubstr("generation 3 (7 rows, "), HasSubstr("wrote later"),
                                           HasSubstr("pawl undo jobs.csv.ledger --generation 3")),
                          HasSubstr("--generation 1")));
}

TEST(OtherGenerations, NamesFiveAndCountsTheRest) {
  std::vector<app::writing_generation> many;
  for (std::int64_t id = 99; id > 0; --id) many.push_back(writer(id, 1));
  const auto lines = other_generations(100, many, "pawl undo l");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines.front(),
              HasSubstr("generation 95 (1 row, 2026-01-02 03:05:40 UTC) and 94 more wrote too"));
}

}  // namespace
}  // namespace pawl::cli

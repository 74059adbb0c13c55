#include "cli/drift_lines.hpp"

#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

TEST(DriftCounts, SayWhatWasLookedAtAndWhatWasNotAndWhy) {
  drift_counts c;
  c.resources = c.as_written = 5;
  EXPECT_EQ(counts_text(c), "5 resources looked at: 5 as written");
  c.unknown_rows = 2;
  c.cut_off_rows = 1;
  EXPECT_EQ(
      counts_text(c),
      "5 resources looked at: 5 as written; the fields of 3 rows were not looked at, because nobody knows "
      "what they should show: 2 unknown, 1 cut off while they were sent");
  c = {};
  c.mismatch_rows = 1;
  c.pending_rows = 1000;
  EXPECT_EQ(
      counts_text(c),
      "0 resources looked at: 0 as written; the fields of 1 row were not looked at, because nobody knows "
      "what they should show: 1 mismatch; 1,000 rows are still pending");
}

}  // namespace
}  // namespace pawl::cli

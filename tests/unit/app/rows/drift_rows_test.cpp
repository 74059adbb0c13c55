#include "engine/app/rows/drift_rows.hpp"

#include <gtest/gtest.h>

namespace pawl::app {
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

TEST(DriftCounts, AreAsWrittenOnlyWhereEverythingWasCompared) {
  EXPECT_TRUE(all_as_written({}));
  for (const auto member :
       {&drift_counts::drifted, &drift_counts::reverted, &drift_counts::missing, &drift_counts::unreadable,
        &drift_counts::not_compared, &drift_counts::untold_rows, &drift_counts::unknown_rows,
        &drift_counts::mismatch_rows, &drift_counts::cut_off_rows}) {
    drift_counts c;
    c.as_written = 5;
    c.*member = 1;
    EXPECT_FALSE(all_as_written(c));
  }
  drift_counts c;
  c.resources = 7, c.as_written = 5, c.not_compared = 2, c.untold_rows = 1;
  EXPECT_EQ(
      counts_text(c),
      "7 resources looked at: 5 as written, could not compare 2; could not compare 1 row: nothing tells "
      "what should show");
  EXPECT_EQ(not_compared(c), 3u);
  std::string lines;
  for (const auto format : {drift_format::text, drift_format::csv, drift_format::ndjson})
    append_drift(lines, format, {drift_line::kind::not_compared, "a", 3, {}, {}, {}, "=why"});
  EXPECT_EQ(lines,
            "a: could not compare: =why (row 3)\na,3,not_compared,,,,'=why\n"
            "{\"id\":\"a\",\"row\":3,\"state\":\"not_compared\",\"message\":\"=why\"}\n");
}

TEST(DriftRows, WhatWasPutBackIsToldApart) {
  drift_counts c;
  c.resources = 4, c.as_written = 1, c.drifted = 1, c.drifted_fields = 1, c.reverted = 2,
  c.reverted_fields = 3;
  EXPECT_EQ(counts_text(c),
            "4 resources looked at: 1 as written, 1 drifted (1 field), 2 reverted (3 fields)");
  EXPECT_FALSE(all_as_written(c));
  std::string lines;
  for (const auto format : {drift_format::text, drift_format::csv, drift_format::ndjson})
    append_drift(lines, format, {drift_line::kind::reverted, "a", 3, "state", "\"done\"", "\"open\"", {}});
  EXPECT_EQ(lines,
            "a: state is \"open\" again, as before, was written as \"done\" (row 3)\n"
            "a,3,reverted,state,\"\"\"done\"\"\",\"\"\"open\"\"\",\n"
            "{\"id\":\"a\",\"row\":3,\"state\":\"reverted\",\"field\":\"state\",\"written\":\"done\","
            "\"shown\":\"open\"}\n");
}

}  // namespace
}  // namespace pawl::app

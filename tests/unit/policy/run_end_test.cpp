#include "engine/policy/run_end.hpp"

#include <gtest/gtest.h>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

stop_order outage() {
  stop_order order;
  order.reason = "outage";
  order.why.what = "nothing but failures";
  order.resume_at = time_point{5s};
  return order;
}

TEST(RunEnd, SaysTheFirstReasonThatHolds) {
  struct {
    bool ordered, asked, limit, finished;
    std::string_view reason;
    bool has_failure, has_time;
  } const rows[] = {
      {false, false, false, true, "finished", false, false},
      {false, true, false, true, "finished", false, false},
      {false, true, true, false, "signal", false, false},
      {false, false, true, true, "finished", false, false},
      {false, false, true, false, "limit", false, false},
      {false, false, false, false, "lost_rows", true, false},
      {true, false, false, false, "outage", true, true},
      {true, true, true, false, "outage", true, true},
      {true, false, false, true, "outage", true, true},
  };
  for (const auto& row : rows) {
    run_end_facts facts;
    if (row.ordered) facts.ordered = outage();
    if (row.asked) facts.asked_to_stop = "signal";
    facts.reached_limit = row.limit;
    facts.rows = 10;
    facts.rows_with_outcome = row.finished ? 10 : 7;
    facts.ledger = "jobs.ledger";
    const auto end = how_it_ended(facts);
    EXPECT_EQ(end.reason, row.reason);
    EXPECT_EQ(end.finished, row.finished) << row.reason;
    EXPECT_EQ(end.why.has_value(), row.has_failure) << row.reason;
    EXPECT_EQ(end.resume_at.has_value(), row.has_time) << row.reason;
  }
}

TEST(RunEnd, LostRowsAreCounted) {
  run_end_facts facts;
  facts.rows = 10;
  facts.rows_with_outcome = 7;
  facts.ledger = "jobs.ledger";
  const auto end = how_it_ended(facts);
  ASSERT_TRUE(end.why);
  EXPECT_EQ(end.why->place, "jobs.ledger");
  EXPECT_EQ(end.why->what, "3 rows have no outcome although the input was read to its end");
}

}  // namespace
}  // namespace pawl::policy

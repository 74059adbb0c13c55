#include "engine/ledger/ledger.hpp"

#include <gtest/gtest.h>

namespace pawl::ledger {
namespace {

// Every combination: the expected answer is spelt out from the table of the documentation, not computed.
TEST(RunDecision, FollowsTheTable) {
  using enum run_decision;
  struct row {
    bool finished, same, fresh, again;
    run_decision want;
  };
  const row table[] = {
      {false, true, false, false, go_on},
      {false, true, false, true, go_on},
      {false, true, true, false, start_new},
      {false, true, true, true, start_new},
      {false, false, false, false, refuse_changed},
      {false, false, false, true, refuse_changed},  // --again is for what is finished
      {false, false, true, false, start_new},
      {false, false, true, true, start_new},
      {true, true, false, false, already_finished},
      {true, true, false, true, start_new},
      {true, true, true, false, already_finished},  // nothing is left that --fresh could give up
      {true, true, true, true, start_new},
      {true, false, false, false, start_new},
      {true, false, false, true, start_new},
      {true, false, true, false, start_new},
      {true, false, true, true, start_new},
  };
  for (const auto& r : table) {
    run_question q{true, r.finished, false, r.same, r.fresh, r.again};
    EXPECT_EQ(decide_run(q), r.want) << r.finished << r.same << r.fresh << r.again;
    q.given_up = true;  // the process died between giving up and starting anew
    EXPECT_EQ(decide_run(q), start_new);
    q.has_generation = false;
    EXPECT_EQ(decide_run(q), start);
  }
}

TEST(RunDecision, AsksForTheInputOnlyWhereItMatters) {
  struct row {
    bool has_generation, finished, given_up, fresh, again, want;
  };
  const row table[] = {
      {false, false, false, false, false, false}, {true, false, false, false, false, true},
      {true, false, false, false, true, true},    {true, false, false, true, false, false},
      {true, false, true, false, false, false},   {true, true, false, false, false, true},
      {true, true, false, true, false, true},     {true, true, false, false, true, false},
      {true, true, true, false, false, false},
  };
  for (const auto& r : table)
    for (const bool same : {false, true})
      EXPECT_EQ(depends_on_input({r.has_generation, r.finished, r.given_up, same, r.fresh, r.again}), r.want)
          << r.has_generation << r.finished << r.given_up << r.fresh << r.again;
}

}  // namespace
}  // namespace pawl::ledger

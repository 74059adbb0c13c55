#include "engine/policy/run_end.hpp"

#include <fmt/format.h>

namespace pawl::policy {

run_end how_it_ended(const run_end_facts& facts) {
  run_end end;
  end.finished = facts.rows_with_outcome == facts.rows;
  if (facts.ordered) {
    end.reason = facts.ordered->reason;
    end.why = facts.ordered->why;
    end.resume_at = facts.ordered->resume_at;
  } else if (end.finished) {
    end.reason = "finished";
  } else if (facts.asked_to_stop) {
    end.reason = *facts.asked_to_stop;
  } else if (facts.reached_limit) {
    end.reason = "limit";
  } else {
    end.reason = "lost_rows";
    end.why = failure{
        failure_kind::mend, facts.ledger,
        fmt::format("{} rows have no outcome although the input was read to its end",
                    facts.rows - facts.rows_with_outcome),
        "this is a bug in pawl: keep the ledger and report it; the same command tries these rows again"};
  }
  return end;
}

}  // namespace pawl::policy

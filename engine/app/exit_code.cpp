#include "engine/app/exit_code.hpp"

namespace pawl::app {

int exit_code(failure_kind kind) noexcept {
  switch (kind) {
    case failure_kind::usage:
      return exit_usage;
    case failure_kind::later:
      return exit_later;
    case failure_kind::mend:
      return exit_mend;
  }
  return exit_mend;
}

int exit_code(const run_end& end) noexcept {
  if (!end.conserved) return exit_mend;
  if (end.error == failure_kind::mend || (end.error == failure_kind::usage && end.sent)) return exit_mend;
  if (end.error == failure_kind::usage) return exit_usage;
  if (end.pending == 0) return end.counts.failures() == 0 ? exit_success : exit_some_failed;
  if (end.signal != 0) return exit_by_signal(end.signal);
  return exit_later;
}

std::vector<outcome> worth_retrying(const outcome_counts& counts) {
  std::vector<outcome> found;
  for (const auto o : {outcome::refused, outcome::mismatch, outcome::failed})
    if (counts[o] > 0) found.push_back(o);
  if (found.empty() && counts[outcome::unknown] > 0) found.push_back(outcome::unknown);
  return found;
}

}  // namespace pawl::app

// Turns how a command ended into the number that scripts see. Pure. The codes are a promise:
// 0 every row is a success; 1 finished, some rows are failures; 2 usage, configuration or input error,
// nothing was sent; 3 stopped, nothing to mend, the same command goes on later; 4 stopped, a person must act,
// then the same command goes on; 130, 143, 129 interrupted by SIGINT, SIGTERM, SIGHUP.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace pawl::app {

inline constexpr int exit_success = 0, exit_some_failed = 1, exit_usage = 2, exit_later = 3, exit_mend = 4;

// How a run stands when it ends. If several things are true at once, the one that matters most to a person
// wins: a broken promise, then an error to mend, then "finished", then the signal, then "later".
struct run_end {
  outcome_counts counts;      // of the generation
  std::uint64_t pending = 0;  // of the generation
  bool conserved = true;      // rows = outcomes + pending
  std::optional<failure_kind> error;
  bool sent = false;  // a write was sent; no error is "usage" then, because that promises that nothing was
  int signal = 0;     // the first signal that came; 0: none
};

// The outcomes whose rows are worth another try after failures. `unknown` is among them only if there is
// nothing else, because a person must decide on such rows.
std::vector<outcome> worth_retrying(const outcome_counts&);

// As shells have it.
constexpr int exit_by_signal(int number) noexcept {
  return 128 + number;
}
int exit_code(failure_kind) noexcept;
int exit_code(const run_end&) noexcept;

}  // namespace pawl::app

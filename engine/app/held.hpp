// What one process at a time may have, a ledger or the quota of a key, and --wait for the one that has it.
#pragma once

#include "engine/app/session.hpp"
#include "engine/model/error.hpp"

#include <string>

namespace pawl::app {

// With --wait: says once who is waited for, and waits a moment. False: there is nothing to wait for, or a
// signal came; `why` is then the answer.
bool wait_for_holder(session&, failure& why, std::string& told);

// Calls `take()`, which answers an expected<>, until it answers something else than that another process
// holds it. Without --wait: once. There is no bound, for a run may take days: a signal ends it at once.
template <class Take>
auto take_in_turn(session& s, Take take) {
  std::string told;
  for (;;) {
    auto taken = take();
    if (taken || !wait_for_holder(s, taken.error(), told)) return taken;
  }
}

}  // namespace pawl::app

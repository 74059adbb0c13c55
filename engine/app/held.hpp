// Takes what only one process at a time may have, a ledger or the quota of a key, and waits for its holder
// with --wait.
#pragma once

#include "engine/app/session.hpp"
#include "engine/model/error.hpp"

#include <string>

namespace pawl::app {

// With --wait: says once who is waited for, and waits a moment. False: there is nothing to wait for, or a
// signal came; `why` is then the failure to return.
bool wait_for_holder(session&, failure& why, std::string& told);

// Calls `take()`, which returns an expected<>, until its result is something other than "another process
// holds it". Without --wait it calls once. There is no time limit, because a run may take days; a signal ends
// the wait at once.
template <class Take>
auto take_in_turn(session& s, Take take) {
  std::string told;
  for (;;) {
    auto taken = take();
    if (taken || !wait_for_holder(s, taken.error(), told)) return taken;
  }
}

}  // namespace pawl::app

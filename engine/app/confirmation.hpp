// The question before the first write: who is written to, what, what else that sets off, how many writes and
// how long, and then yes or no.
#pragma once

#include "engine/app/ledger_choice.hpp"
#include "engine/app/session.hpp"
#include "engine/model/error.hpp"

namespace pawl::app {

// After ledger_choice::validate(). Asks the API whose key it is (one read), and the listener whether it
// agrees to what the run is about to do. Nothing in the ledger has changed by then, nor is its lock held.
// Failures: usage, the answer was not yes (or the input ended), or the account is another one; later, a
// signal came; what reading meets.
status confirm(session&, ledger_choice&);

}  // namespace pawl::app

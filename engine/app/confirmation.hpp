// The question before the first write. It shows who will be written to, what, which side effects that has,
// and how many writes and how much time it takes; the answer is yes or no.
#pragma once

#include "engine/app/ledger_choice.hpp"
#include "engine/app/session.hpp"
#include "engine/model/error.hpp"

namespace pawl::app {

// To be called after ledger_choice::validate(). Asks the API whose key it is (one read), and asks the
// listener whether it agrees to the run. The ledger is unchanged by then, and its lock is not held. Failures:
// usage if the answer was not yes (or the input ended), or if the account is another one; later if a signal
// came; those of reading.
status confirm(session&, ledger_choice&);

}  // namespace pawl::app

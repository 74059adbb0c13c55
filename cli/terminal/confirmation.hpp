// The question before the first write, on a terminal: who is written to, what, what else that sets off, how
// many writes and how long, and then yes or no.
#pragma once

#include "config/settings.hpp"
#include "engine/app/ledger_choice.hpp"
#include "engine/app/session.hpp"
#include "engine/model/error.hpp"

#include <string_view>

namespace pawl::cli {

// Whether anybody is there to be asked: standard input and standard error are terminals, and no --yes.
bool asks(const config::settings&);

// After ledger_choice::validate(). Asks the API whose key it is (one read), says what the run is about to do,
// and waits for an answer. Nothing in the ledger has changed by then, nor is its lock held. Failures: usage,
// the answer was not yes (or the input ended), or the account is another one; later, a signal came; what
// reading meets.
status confirm(app::session&, app::ledger_choice&);

// "y", "yes", whatever the case, with white space around it. Pure.
bool is_yes(std::string_view answer) noexcept;

}  // namespace pawl::cli

// Examines a ledger: whether it is whole, and what pawl wrote.
#pragma once

#include "engine/app/rows/command_options.hpp"
#include "engine/ledger/soundness.hpp"
#include "engine/model/error.hpp"

#include <string>

namespace pawl::app {

// With accept_changes what stands there is sealed first, as what pawl wrote; a run must not go on then
// (failure: later). Failures: usage if there is no such ledger; mend if it cannot be read at all.
expected<ledger::soundness> check_ledger(const check_ledger_options&);

// Whether nothing was found.
inline bool is_sound(const ledger::soundness& s) noexcept {
  return s.findings.empty();
}

// One JSON object with a line end.
std::string soundness_json(const std::string& ledger, const ledger::soundness&);

}  // namespace pawl::app

#pragma once

#include "engine/api/resource_reader.hpp"
#include "engine/model/outcome.hpp"
#include "engine/policy/error_note.hpp"

#include <optional>
#include <string_view>

namespace pawl::policy {

// How a job ends that needs no write, of which none is in doubt.
struct needless {
  outcome result;            // skipped or unchanged
  verified how;              // what the read proves
  std::string_view unmet{};  // with skipped: the precondition that does not hold; a view into the plan

  // What the ledger keeps of it; `status` is that of the read.
  error_note note(int status) const noexcept {
    if (result == outcome::skipped) return {status, "precondition", unmet, {}};
    return {};
  }
};

// Unset: there is something to write. A precondition that does not hold counts before the wanted state.
inline std::optional<needless> needless_write(const api::write_plan& plan) noexcept {
  if (!plan.unmet.empty()) return needless{outcome::skipped, verified::none, plan.unmet};
  if (plan.send.empty()) return needless{outcome::unchanged, plan.shown, {}};
  return std::nullopt;
}

}  // namespace pawl::policy

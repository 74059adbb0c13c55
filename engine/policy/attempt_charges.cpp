#include "engine/policy/attempt_charges.hpp"

namespace pawl::policy {

void attempt_charges::forgive(std::uint64_t confirmed) noexcept {
  outages_seen_ = confirmed;
  for (auto& of_kind : tallies_) {
    of_kind.charged = 0;
    of_kind.pending = false;
  }
}

void attempt_charges::failed(request_kind kind, const judgement& judged, phase reached, bool trial) noexcept {
  if (was_outage_) return;
  auto& of_kind = of(kind);
  if (judged.outage && !trial) {
    of_kind.pending = true;
    return;
  }
  const bool counts = !judged.outage || (++failed_trials_ > options_.free_trials &&
                                         (options_.breaker_has_probe || reached == phase::answered));
  if (counts) ++of_kind.charged;
}

void attempt_charges::woke() noexcept {
  for (auto& of_kind : tallies_) {
    if (of_kind.pending) ++of_kind.charged;
    of_kind.pending = false;
  }
}

}  // namespace pawl::policy

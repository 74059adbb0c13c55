#include "engine/policy/wait_reason.hpp"

#include "engine/policy/stop_rules.hpp"

#include <fmt/format.h>

#include <chrono>

namespace pawl::policy {

wait_reason why_it_waits(const wait_facts& facts, time_point now, const api::header_names& names) {
  constexpr duration usual_trouble = std::chrono::seconds{1}, usual_wait = std::chrono::milliseconds{500};
  if (facts.is_open) return {"the API to come back", facts.next_probe};
  if (facts.pause) return {pause_in_words(*facts.pause, names), facts.pause->until};
  if (facts.trouble_since && now - *facts.trouble_since > usual_trouble) return {"the API to come back", {}};
  if (facts.pages)
    return {fmt::format("list pages ({} read, {} rows settled)", facts.pages->read, facts.pages->rows), {}};
  const bool is_still = facts.in_flight == 0;
  if (is_still && facts.rows && facts.rows->until - now > usual_wait)
    return {facts.rows->by_each ? "the limits of one resource (limits.each)" : "rows that are not ready",
            facts.rows->until};
  if (is_still && facts.next_due && *facts.next_due - now > usual_wait) return {"quota", facts.next_due};
  return {};
}

}  // namespace pawl::policy

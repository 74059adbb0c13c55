#include "engine/run/run_events.hpp"

#include "engine/sys/wall_clock.hpp"

#include <fmt/format.h>

namespace pawl::run {
namespace {

// Shorter trouble is ordinary retrying.
constexpr duration worth_telling = std::chrono::seconds{1};

}  // namespace

void run_events::observe(const state& s, time_point now) {
  if (s.throttled > throttled_)
    tell("throttled", fmt::format("{} replies said that the limit is reached", s.throttled - throttled_));
  throttled_ = s.throttled;

  const bool gated = s.gated_until && *s.gated_until > now;
  if (gated && !gated_)
    tell("gate", fmt::format("the API asked for a pause of {:.1f} s",
                             std::chrono::duration<double>(*s.gated_until - now).count()));
  gated_ = gated;

  const bool trouble = s.trouble_since && now - *s.trouble_since > worth_telling;
  if (trouble && !trouble_) tell("outage", "nothing but failures or throttling for a second");
  if (!trouble && trouble_) tell("recovered", "the API answers again");
  trouble_ = trouble;

  const bool held = s.held_since.has_value();
  if (held && !held_)
    tell("breaker", "failures in a row: nothing is sent until a probe of the API is answered");
  if (!held && held_) tell("breaker", "closed again");
  held_ = held;

  if (s.foreign_use && !foreign_)
    tell("foreign_use",
         "the API counts more requests on this key than were sent from here: somebody else uses it");
  foreign_ = foreign_ || s.foreign_use;
}

void run_events::observe_concurrency(std::optional<std::uint32_t> at_once) {
  if (at_once && at_once != at_once_) tell("concurrency", fmt::format("{} at the same time", *at_once));
  at_once_ = at_once;
}

void run_events::tell(std::string_view kind, std::string_view reason) {
  ledger::event_record happened;
  happened.at = wall_now();
  happened.kind = kind;
  happened.reason = reason;
  ledger_.put(happened);
}

}  // namespace pawl::run

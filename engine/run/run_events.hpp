// What happened in a run, for the ledger's table of events: each change of state once, not each tick of it.
// Network thread only.
#pragma once

#include "engine/ledger/ledger_writer.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pawl::run {

class run_events {
 public:
  explicit run_events(ledger::ledger_writer& ledger) : ledger_(ledger) {}

  // The state of the run at a tick.
  struct state {
    std::uint64_t throttled = 0;              // replies so far
    std::optional<time_point> gated_until;    // a pause that the API asked for
    std::optional<time_point> trouble_since;  // nothing but outage or throttling since then
    std::optional<time_point> held_since;     // the breaker holds the run since then
    bool foreign_use = false;                 // somebody else uses the key
  };
  // Writes what has changed since the last one.
  void observe(const state&, time_point now);
  // What `--concurrency auto` has found, with each sample; unset: fixed.
  void observe_concurrency(std::optional<std::uint32_t> at_once);
  void tell(std::string_view kind, std::string_view reason);

 private:
  ledger::ledger_writer& ledger_;
  std::uint64_t throttled_ = 0;
  std::optional<std::uint32_t> at_once_;
  bool gated_ = false, trouble_ = false, held_ = false, foreign_ = false;
};

}  // namespace pawl::run

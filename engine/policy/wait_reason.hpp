// Why a run does not move just now, for the people who watch it. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace pawl::policy {

// The state of a run at a moment.
struct wait_facts {
  bool is_open = false;                     // the breaker holds everything
  std::optional<time_point> next_probe;     // while it does
  std::optional<asked_pause> pause;         // the longer one of both classes
  std::optional<time_point> trouble_since;  // nothing but outage or throttling was heard since
  // List pages are read before the first write.
  struct list_pages {
    std::uint64_t read = 0, rows = 0;  // rows: that needed nothing else
  };
  std::optional<list_pages> pages;
  std::uint32_t in_flight = 0;
  // Nothing can go on but rows that wait for themselves, the first of them until then; `by_each`: for a limit
  // of its resource.
  struct waiting_rows {
    time_point until{};
    bool by_each = false;
  };
  std::optional<waiting_rows> rows;
  std::optional<time_point> next_due;  // of the writes that wait for quota
};

struct wait_reason {
  std::string what;  // "quota", "the API to come back", ...; empty: it moves
  std::optional<time_point> until;
};

// The gravest reason counts. Trouble of a second, and half a second's wait for quota, are ordinary work
// (chosen).
wait_reason why_it_waits(const wait_facts&, time_point now, const api::header_names&);

}  // namespace pawl::policy

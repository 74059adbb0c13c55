// Decides when the next request of one class (reads, or writes) may leave, so that no window of the API is
// ever exceeded. Pure: time and jitter are arguments. Network thread only.
//
// A slot is taken when a request is sent and comes free one window after its reply arrived (or its connection
// was closed). Whatever the network does, the server cannot then count more than the limit in any window,
// sliding or fixed, wherever between arrival and reply it counts.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/rate_headers.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace pawl::policy {

struct pacer_options {
  std::vector<api::rate_window> windows;  // all hold together; empty: unlimited
  double reserve = 0.0;        // share left to others, 0..0.99: a limit of 60 with 0.2 is used as 48
  bool spread = false;         // space sends evenly instead of as early as the windows allow
  bool early_release = false;  // for APIs known to count on arrival
};

// One taken slot as it survives the process (run/key_state maps these). Times are nanoseconds of the caller's
// epoch (CLOCK_BOOTTIME in the state file); 0 in `closed` while the request is in flight; both 0: unused.
struct slot_entry {
  std::int64_t sent = 0;
  std::int64_t closed = 0;
};

class pacer {
 public:
  enum class ticket : std::uint64_t {};
  enum class slot : std::uint32_t {};

  // How many entries survive a restart under these options (0: unlimited).
  static std::size_t entries_needed(const pacer_options&);

  // `entries` (entries_needed() of them, or empty: nothing survives) is owned by the caller, outlives the
  // pacer and is written through at every step, so that a killed process leaves what the next one needs.
  // Entries found in it count at once; one still in flight counts as closed at `now`. `now_in_entry_clock` is
  // `now` on the clock of the entries.
  pacer(const pacer_options&, std::span<slot_entry> entries, time_point now,
        std::chrono::nanoseconds now_in_entry_clock);

  // The line of waiting requests, first come first served.
  ticket join(time_point now);
  void leave(ticket);
  // About when this ticket will be granted; never before `now`, exact when nothing else happens.
  time_point due(ticket, time_point now) const;

  std::optional<ticket> head() const;
  std::optional<time_point> next_due(time_point now) const;

  // The slot, or a time strictly later than `now` at which to ask again. Only the head of the line is
  // granted; the ticket leaves the line with the grant.
  std::variant<slot, time_point> acquire(ticket, time_point now);

  void sent(slot, time_point now);       // the first byte leaves
  void give_back(slot, time_point now);  // nothing was sent
  // The reply has arrived, or the connection is closed (`facts` empty). `jitter01` spreads a gate by 0-500
  // ms.
  void closed(slot, time_point now, const std::optional<rate_facts>& facts, double jitter01);

  // Nothing of this class leaves before `until`. Gates only move later.
  void gate(time_point until);
  std::optional<time_point> gated_until(time_point now) const;

  // Somebody else's use of the key that replies have shown: phantom slots now held.
  std::uint32_t phantoms() const noexcept;
  std::uint32_t in_flight() const noexcept;
  std::size_t waiting() const noexcept;
  bool unlimited() const noexcept;

 private:
  // (yours to shape)
};

}  // namespace pawl::policy

// When a key that ends is replaced: ahead of its end, whatever the run does at that moment. Pure.
#pragma once

#include "engine/model/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace pawl::policy {

struct key_life {
  time_point begun{};              // when it was asked for
  std::optional<time_point> ends;  // unset: nothing is known of an end
};

// Chosen: a minute is time enough for several attempts, and a key of some seconds is used for most of them.
inline constexpr duration longest_lead = std::chrono::seconds{60};
inline constexpr int share_of_life = 10;

// How long before its end a key is replaced.
inline duration lead_of(const key_life& of) noexcept {
  return of.ends ? std::min(longest_lead, (*of.ends - of.begun) / share_of_life) : duration{};
}

// When another key is to be fetched, after `failures` attempts in a row that brought none, the last of which
// ended at `tried`: a second later, then twice as long each time, up to a minute (chosen); and at the end of
// the key in any case. max(): the key has no end that is known, so only a refusal tells.
inline time_point next_renewal(const key_life& of, std::uint32_t failures, time_point tried) noexcept {
  if (!of.ends) return time_point::max();
  if (failures == 0) return *of.ends - lead_of(of);
  const auto pause =
      std::min<duration>(longest_lead, std::chrono::seconds{1} * (1U << std::min(failures - 1, 6U)));
  const auto next = tried + pause;
  return tried < *of.ends ? std::min(next, *of.ends) : next;
}

}  // namespace pawl::policy

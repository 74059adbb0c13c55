#include "config/limit_checks.hpp"

#include "engine/model/rate.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace pawl::config {
namespace {

bool never_fit_together(const rate_limit& limit, std::uint64_t usable_of_it) {
  const bool both_count = limit.read_cost > 0 && limit.write_cost > 0;
  return both_count && std::uint64_t{limit.read_cost} + limit.write_cost > usable_of_it &&
         limit.window.length > std::chrono::seconds{1};  // else it follows while the read is fresh
}

std::string too_dear_together(const rate_limit& limit, const std::string& of_what) {
  return "a read and the write that follows it " + of_what + "take " +
         std::to_string(std::uint64_t{limit.read_cost} + limit.write_cost) + " of " + to_string(limit) +
         ", which never has room for both";
}

}  // namespace

void check_limits(const run::run_options& run, bool read_first, const limit_complaint& complain) {
  for (const auto& [key, options] : {std::pair{"limits.write", &run.writes}, {"limits.read", &run.reads}})
    for (const auto& window : options->windows)
      if (left_by_reserve(window, options->reserve) < 1)
        complain("limits.reserve",
                 "leaves less than one request in " + to_string(window) + " of " + std::string(key),
                 "reserve less");
  for (const auto& limit : run.writes.shared)
    if (left_by_reserve(limit.window, run.writes.reserve) < std::max({1U, limit.read_cost, limit.write_cost}))
      complain("limits.reserve", "leaves less than one request in " + to_string(limit) + " of limits.all",
               "reserve less");
  if (!read_first) return;
  // A read that is made for a write would be too old whenever the write may leave, and be made again.
  for (const auto& limit : run.writes.shared)
    if (never_fit_together(limit, usable(limit, run.writes.reserve)))
      complain("limits.all", too_dear_together(limit, ""),
               "name a rate that holds both, leave them more of it (limits.reserve), or run with "
               "--no-read-first");
  for (const auto& limit : run.writes.each)
    if (never_fit_together(limit, limit.window.limit))
      complain("api.profile", too_dear_together(limit, "of one resource (limits.each of the profile) "),
               "correct limits.each in the profile, or run with --no-read-first");
}

}  // namespace pawl::config

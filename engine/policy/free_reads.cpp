#include "engine/policy/free_reads.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace pawl::policy {
namespace {

// Requests a second in the long run; infinite: unlimited.
double pace(const pacer_options& o, std::uint32_t rate_limit::* cost) noexcept {
  double lowest = std::numeric_limits<double>::infinity();
  const auto hold = [&lowest](const rate_window& w, std::uint32_t each) {
    if (each > 0) lowest = std::min(lowest, w.limit / std::chrono::duration<double>(w.length).count() / each);
  };
  for (const auto& w : o.windows) hold(w, 1);
  for (const auto& l : o.shared) hold(l.window, l.*cost);
  return lowest;
}

bool counts_both(const rate_limit& l) noexcept {
  return l.read_cost > 0 && l.write_cost > 0;
}

}  // namespace

bool reads_are_free(const pacer_options& writes, const pacer_options& reads, bool reads_after) noexcept {
  if (std::ranges::any_of(writes.shared, counts_both) || std::ranges::any_of(writes.each, counts_both))
    return false;
  const double readable = pace(reads, &rate_limit::read_cost);
  if (readable == std::numeric_limits<double>::infinity()) return true;
  return readable >= pace(writes, &rate_limit::write_cost) * (reads_after ? 2 : 1);
}

}  // namespace pawl::policy

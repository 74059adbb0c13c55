#include "config/nearest.hpp"

#include "engine/model/text.hpp"

#include <algorithm>
#include <cstddef>

namespace pawl::config {
std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
  // A name typed by hand is short; the bound keeps a hostile file from costing quadratic time.
  if (name.empty() || name.size() > 64) return {};
  std::string_view best;
  std::size_t best_distance = 65;
  for (const auto& candidate : known) {
    if (candidate.size() > name.size() && candidate.ends_with(name) &&
        candidate[candidate.size() - name.size() - 1] == '.')
      return candidate;
    const auto d = edit_distance(name, candidate);
    if (d < best_distance && d < name.size() &&
        d <= std::max<std::size_t>(2, std::max(name.size(), candidate.size()) / 3)) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace pawl::config

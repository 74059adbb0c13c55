#include "config/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pawl::config {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0u : 1u)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
  // A name typed by hand is short; the bound keeps a hostile file from costing quadratic time.
  if (name.empty() || name.size() > 64) return {};
  std::string_view best;
  std::size_t best_distance = 65;
  for (const auto& candidate : known) {
    if (candidate.size() > name.size() && candidate.ends_with(name) &&
        candidate[candidate.size() - name.size() - 1] == '.')
      return candidate;
    const auto d = distance(name, candidate);
    if (d < best_distance && d < name.size() &&
        d <= std::max<std::size_t>(2, std::max(name.size(), candidate.size()) / 3)) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace pawl::config

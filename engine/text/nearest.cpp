#include "engine/text/nearest.hpp"

#include "engine/text/letter_case.hpp"
#include "engine/text/printable.hpp"

#include <algorithm>
#include <vector>

namespace pawl {
namespace {

// Chosen: real names are shorter, and a hostile file must not cost quadratic time.
constexpr std::size_t longest = 64;

std::size_t most_edits(std::size_t length) noexcept {
  return std::max<std::size_t>(1, (length + 1) / 3);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = lower_case(a[i - 1]), y = lower_case(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (x == y ? 0u : 1u)});
      if (i > 1 && j > 1 && x == lower_case(b[j - 2]) && lower_case(a[i - 2]) == y)
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

nearest_name::nearest_name(std::string_view name)
    : name_(first_invisible(name) == 0 ? std::string{name.substr(0, longest + 1)} : without_invisible(name)),
      best_distance_(longest + 1) {
  if (name_.size() > longest) name_.clear();
}

void nearest_name::offer(std::string_view known) {
  if (name_.empty() || known.empty() || known.size() > longest) return;
  const bool is_last_part =
      known.size() > name_.size() && known.ends_with(name_) && known[known.size() - name_.size() - 1] == '.';
  const auto distance = is_last_part                  ? 0
                        : first_invisible(known) == 0 ? edit_distance(name_, known)
                                                      : edit_distance(name_, without_invisible(known));
  const auto most = most_edits(std::max(name_.size(), known.size()));
  if (distance > most || distance >= name_.size()) return;
  if (distance > best_distance_ || (distance == best_distance_ && known > best_)) return;
  best_ = known;
  best_distance_ = distance;
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
  nearest_name found(name);
  for (const auto one : known) found.offer(one);
  return found.best();
}

}  // namespace pawl

// "Did you mean": the known name that a mistyped one is closest to. For messages only.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pawl {

// Optimal string alignment distance without regard to ASCII case: insertions, deletions, replacements and
// swaps of neighbours count 1. For names typed by hand: quadratic in their lengths.
std::size_t edit_distance(std::string_view a, std::string_view b);

// Near is a name of which at most a third of the longer one would have to change, rounded to the nearest:
// `open` is not `done`, and `poxry` is `proxy`. Invisible characters do not count, and a name whose last
// dotted part is the mistyped one (`write` for `limits.write`) is the nearest there is. Of names that are
// equally near the first in the alphabet counts, in whatever order they come.
class nearest_name {
 public:
  explicit nearest_name(std::string_view name);
  // Views that outlive the object.
  void offer(std::string_view known);
  // Empty: none is near.
  std::string_view best() const noexcept { return best_; }

 private:
  std::string name_;  // without invisible characters; empty: too long to be a slip, or nothing
  std::string_view best_;
  std::size_t best_distance_;
};

std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

}  // namespace pawl

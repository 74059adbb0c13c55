// Finds the known name that is closest to a mistyped one ("did you mean"). For messages only.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pawl {

// The optimal string alignment distance without regard to ASCII case: an insertion, deletion, replacement or
// swap of neighbours counts 1. Takes time quadratic in the lengths, so it is for names typed by hand.
std::size_t edit_distance(std::string_view a, std::string_view b);

// Collects known names and keeps the nearest. A name is near if at most a third of the longer one, rounded to
// the nearest, would have to change: `open` is not near `done`, and `poxry` is near `proxy` (chosen).
// Invisible characters do not count. A name whose last dotted part is the mistyped one (`limits.write` for
// `write`) is nearer than any other. Among equally near names the first in the alphabet wins, whatever order
// they come in.
class nearest_name {
 public:
  explicit nearest_name(std::string_view name);
  // The view must outlive the object.
  void offer(std::string_view known);
  // Empty: no name is near.
  std::string_view best() const noexcept { return best_; }

 private:
  std::string name_;  // without invisible characters; empty: nothing is left, or it is too long to be a slip
  std::string_view best_;
  std::size_t best_distance_;
};

std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

}  // namespace pawl

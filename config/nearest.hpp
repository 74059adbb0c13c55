// "Did you mean": the known name that a mistyped one is closest to.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pawl::config {

// Empty if none is near: more than a third of the longer name (at least 2 edits) would have to change.
// Insertions, deletions, replacements and swaps of neighbours count 1, without regard to ASCII case. A name
// whose last dotted part is the mistyped one (`write` for `limits.write`) is near as well.
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

}  // namespace pawl::config

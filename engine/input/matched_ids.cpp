#include "engine/input/matched_ids.hpp"

#include "engine/text/printable.hpp"

#include <fmt/format.h>

namespace pawl::input {

std::string_view code_of(const matched_value& v) noexcept {
  return v.ids.empty() ? unmatched_code : ambiguous_code;
}

std::string what_is_wrong(const matched_value& v) {
  if (v.ids.empty()) return fmt::format("no resource has it (got {})", shown(v.value));
  return fmt::format("several resources have it, among them {} and {} (got {})", shown(v.ids.front()),
                     shown(v.ids.back()), shown(v.value));
}

}  // namespace pawl::input

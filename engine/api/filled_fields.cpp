// The part of a plan that fills only what is empty.
#include "engine/api/resource_reader_impl.hpp"
#include "engine/api/shown.hpp"

#include <cstddef>

namespace pawl::api {

// Takes those fields out of the plan of which the caller wants to fill empty ones only.
bool resource_reader::impl::leave_what_has_a_value(write_plan& plan) {
  left.reset();
  if (only_where_empty.empty()) return true;
  std::size_t kept = 0;
  for (const auto& v : plan.wanted) {
    if (is_known(v.field)) {
      auto& place = position[to_index(v.field)];
      if (only_where_empty[to_index(v.field)] != 0 && is_shown(v.field) && has_content(at(v.field))) {
        const auto is = compare(v.field, v.json);
        if (is == equality::malformed) return false;
        if (is == equality::different) {
          place = nowhere;
          if (!left) left = v.field;
          continue;
        }
      }
      place = static_cast<std::uint32_t>(kept);
    }
    plan.wanted[kept++] = v;
  }
  plan.wanted.erase(plan.wanted.begin() + static_cast<std::ptrdiff_t>(kept), plan.wanted.end());
  return true;
}

}  // namespace pawl::api

#include "engine/api/request_template.hpp"

#include <algorithm>

namespace pawl::api {

bool has_hole(const text_template& text, hole which) noexcept {
  return std::ranges::any_of(text, [which](const text_piece& p) { return p.is == which; });
}

bool has_hole(const json_template& value, hole which) noexcept {
  return has_hole(value.pieces, which) ||
         std::ranges::any_of(value.members, [which](const auto& m) { return has_hole(m.second, which); }) ||
         std::ranges::any_of(value.elements, [which](const auto& e) { return has_hole(e, which); });
}

bool has_hole(const request_spec& request, hole which) noexcept {
  const auto in = [which](const auto& named) { return has_hole(named.second, which); };
  return has_hole(request.path, which) || std::ranges::any_of(request.query, in) ||
         std::ranges::any_of(request.headers, in) || (request.body && has_hole(*request.body, which));
}

}  // namespace pawl::api

#include "engine/text/json_pick.hpp"

#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

namespace pawl {

picked is_picked(const array_pick& pick, std::size_t position, std::string_view element) noexcept {
  if (pick.member.empty()) return position == pick.index ? picked::yes : picked::no;
  if (!element.starts_with('{')) return picked::no;
  std::string_view value;
  const bool readable = for_each_member(element, [&](std::string_view key, std::string_view member) {
    if (!string_token_says(key, pick.member)) return true;
    const bool is_first = value.empty();
    value = member;
    return is_first;
  });
  if (!readable) return picked::unclear;
  const bool says = value.starts_with('"') ? string_token_says(value, pick.value)
                                           : value == pick.value && value != "null" &&
                                                 !value.starts_with('{') && !value.starts_with('[');
  return says ? picked::yes : picked::no;
}

}  // namespace pawl

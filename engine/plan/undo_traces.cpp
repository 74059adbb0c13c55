// The part of undo_builder that follows what the writes of a resource have changed.
#include "engine/api/member_values.hpp"
#include "engine/plan/undo.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"

#include <algorithm>

namespace pawl::plan {
namespace {

template <class Each>
void for_each_item(std::string_view list, Each each) {
  for_each_element(list, [&each](std::string_view one) {  // null is the empty set, and has no items
    each(one);
    return true;
  });
}

}  // namespace

void undo_builder::write(trace& to, const value* old_value, const value& new_value, bool certain) {
  // A value that was only read counts too: it is older than this write.
  const auto how = to.field ? profile_[*to.field].compare : api::comparison::exact;
  if (!to.is_written && !to.old_value && old_value != nullptr)
    to.old_value = *old_value;
  else if (how == api::comparison::members && to.old_value && old_value != nullptr)
    to.old_value = put_over(*old_value, *to.old_value);  // with members that no write before has named
  if (to.is_set && old_value != nullptr) {
    for (const auto fit : {old_value->fit, new_value.fit})
      if (to.elements_fit == input::row_fit::fits) to.elements_fit = fit;
    if (to.elements_fit == input::row_fit::fits) follow_elements(to, old_value->json, new_value.json);
  }
  if (!certain && to.is_written && to.left_certainly) to.left_before_doubt = to.left;
  if (certain) to.left_before_doubt.reset();
  to.left = how == api::comparison::members && to.is_written ? put_over(to.left, new_value) : new_value;
  to.left_certainly = certain;
  to.is_written = true;
}

undo_builder::value undo_builder::put_over(const value& base, const value& top) {
  value made;
  api::append_put_over(made.json, base.json, top.json);
  made.fit = base.fit == input::row_fit::fits ? top.fit : base.fit;
  return made;
}

void undo_builder::follow_elements(trace& to, std::string_view old_value, std::string_view new_value) {
  std::vector<std::string_view> before, after;
  for_each_item(old_value, [&](std::string_view e) { before.push_back(e); });
  for_each_item(new_value, [&](std::string_view e) { after.push_back(e); });
  const bool with_case = profile_[*to.field].compare == api::comparison::set;
  const auto same = [with_case](std::string_view a, std::string_view b) {
    return a == b || (!with_case && fold_case(a) == fold_case(b));
  };
  const auto in = [&same](const std::vector<std::string_view>& set, std::string_view e) {
    return std::ranges::any_of(set, [&](std::string_view one) { return same(one, e); });
  };
  // The read before this write shows how the writes before it ended, and what others have changed.
  for (auto& known : to.elements) known.is_there = in(before, known.json);
  const auto moved = [&](std::string_view e, bool is_there) {
    const auto known =
        std::ranges::find_if(to.elements, [&](const element& one) { return same(one.json, e); });
    if (known != to.elements.end())
      known->is_there = is_there;
    else
      to.elements.push_back({std::string{e}, !is_there, is_there});
  };
  for (const auto e : after)
    if (!in(before, e)) moved(e, true);
  for (const auto e : before)
    if (!in(after, e)) moved(e, false);
}

}  // namespace pawl::plan

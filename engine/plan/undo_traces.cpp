// The part of undo_builder that follows what the writes of a resource have changed.
#include "engine/api/member_values.hpp"
#include "engine/plan/undo.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"

#include <algorithm>
#include <utility>

namespace pawl::plan {
namespace {

template <class Each>
void for_each_item(std::string_view list, Each each) {
  for_each_element(list, [&each](std::string_view one) {  // null is the empty set, and has no items
    each(one);
    return true;
  });
}

// Whether it is a set of elements; null is the empty one.
bool has_items(std::string_view json) {
  return json == "null" || json.starts_with('[');
}

}  // namespace

void undo_builder::write(trace& to, const value* old_value, const value& new_value, bool certain) {
  to.is_left_out = false;
  const bool was_known = std::exchange(to.is_left_known, true);
  to.is_known_before_doubt = true;  // by this write, or by the read before it
  to.left_by = writes_;
  if (to.field && profile_[*to.field].compare == api::comparison::members) {
    write_members(to, old_value, new_value, certain);
    to.before_last = old_value == nullptr ? std::nullopt : std::optional{*old_value};
    to.is_written = true;
    return;
  }
  if (old_value != nullptr && was_known && !to.is_set && was_edited(to, *old_value))
    to.old_value = *old_value;
  // What the read before a doubtful write showed is there if it was not applied. An earlier write may have
  // changed the field by the way.
  const bool was_changed = old_value != nullptr && !to.is_written && to.old_value &&
                           !same(to, to.old_value->json, old_value->json);
  // A value that was only read counts too: it is older than this write.
  if (!to.is_written && !to.old_value && old_value != nullptr) to.old_value = *old_value;
  // A set that was not shown as a list has no elements to go back by.
  to.is_set = to.is_set && old_value != nullptr && has_items(old_value->json) && has_items(new_value.json);
  if (to.is_set) {
    for (const auto fit : {old_value->fit, new_value.fit})
      if (to.elements_fit == input::row_fit::fits) to.elements_fit = fit;
    if (to.elements_fit == input::row_fit::fits)
      follow_elements(to, old_value->json, new_value.json, certain);
  }
  if (!certain && to.is_written && to.left_certainly)
    to.left_before_doubt = was_known || old_value == nullptr ? to.left : *old_value;
  if (!certain && was_changed) to.left_before_doubt = *old_value;
  if (certain) to.left_before_doubt.reset();
  to.left = new_value;
  to.left_certainly = certain;
  to.before_last = old_value == nullptr ? std::nullopt : std::optional{*old_value};
  to.is_written = true;
}

// Whether a read between two writes shows what neither the first has left nor stood there before: somebody
// else has set it, the second overwrites that, and so that is what goes back. Only where the API has shown
// the first as it was sent: else it may have made this of it.
bool undo_builder::was_edited(const trace& of, const value& shown) {
  if (!of.is_written || !of.left.is_shown) return false;
  const auto is = [&](const std::optional<value>& known) {
    return known && same(of, shown.json, known->json);
  };
  return !is(of.left) && !is(of.before_last) && !is(of.old_value) && !is(of.left_before_doubt);
}

// Of an object by members, each write adds what it names. What was only read shows the whole object and is no
// old value of these members.
//
// A certain write leaves members of which it is not known whether an earlier one wrote them as they are. So
// `left_before_doubt` is the state in which no doubtful write was applied.
void undo_builder::write_members(trace& to, const value* old_value, const value& new_value, bool certain) {
  if (!to.is_written) {
    to.old_value = old_value == nullptr ? std::nullopt : std::optional{*old_value};
    to.left = new_value;
    to.left_certainly = certain;
    return;
  }
  if (old_value != nullptr && to.old_value) {
    value edited;
    // As was_edited(), of the members that the writes so far have left.
    if (to.left.is_shown)
      api::append_edits(edited.json, comparer_, old_value->json, to.left.json,
                        {to.old_value->json, to.before_last ? std::string_view{to.before_last->json} : "{}"});
    to.old_value = put_over(*old_value, *to.old_value);
    if (!edited.json.empty()) to.old_value = put_over(*to.old_value, edited);
  }
  if (old_value == nullptr) to.old_value.reset();
  std::string part;
  if (!certain) {
    if (to.left_certainly) to.left_before_doubt = to.left;
    if (to.left_before_doubt && old_value != nullptr)
      to.left_before_doubt = put_over(*old_value, *to.left_before_doubt);
    to.left_certainly = false;
  } else if (api::append_overlap(part, to.left.json, new_value.json) == api::overlap::all) {
    to.left_before_doubt.reset();
    to.left_certainly = true;
  } else if (!to.left_certainly && to.old_value) {
    to.left_before_doubt = put_over(to.left_before_doubt ? *to.left_before_doubt : *to.old_value, new_value);
  }
  to.left = put_over(to.left, new_value);
}

undo_builder::value undo_builder::put_over(const value& base, const value& top) {
  value made;
  api::append_put_over(made.json, base.json, top.json);
  made.fit = base.fit == input::row_fit::fits ? top.fit : base.fit;
  return made;
}

void undo_builder::follow_elements(trace& to, std::string_view old_value, std::string_view new_value,
                                   bool certain) {
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
  const bool begins_doubt = !certain && (to.left_certainly || !to.is_written);
  for (auto& known : to.elements) {
    known.is_there = in(before, known.json);
    if (begins_doubt) known.is_there_before_doubt = known.is_there;
  }
  const auto moved = [&](std::string_view e, bool is_there) {
    const auto known =
        std::ranges::find_if(to.elements, [&](const element& one) { return same(one.json, e); });
    if (known != to.elements.end())
      known->is_there = is_there;
    else
      to.elements.push_back({std::string{e}, !is_there, is_there, !is_there});
  };
  for (const auto e : after)
    if (!in(before, e)) moved(e, true);
  for (const auto e : before)
    if (!in(after, e)) moved(e, false);
  if (certain)
    for (auto& known : to.elements) known.is_there_before_doubt = known.is_there;
}

}  // namespace pawl::plan

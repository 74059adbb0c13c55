#include "engine/api/member_values.hpp"

#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/trim.hpp"

namespace pawl::api {
namespace {

// The value of the member whose name the key token says; empty: there is none.
std::string_view member_of(std::string_view object, std::string_view key) {
  std::string name;
  std::string_view found;
  if (!append_unescaped(name, key)) return {};
  for_each_member(object, [&](std::string_view other, std::string_view value) {
    if (string_token_says(other, name)) found = value;
    return found.empty();
  });
  return found;
}

bool are_objects(std::string_view a, std::string_view b) noexcept {
  return a.starts_with('{') && b.starts_with('{');
}

void append_key(std::string& to, std::string_view key) {
  if (!to.ends_with('{')) to += ',';
  to.append(key).append(1, ':');
}

}  // namespace

void append_part(std::string& to, std::string_view wanted, std::string_view shown) {
  wanted = trim(wanted);
  shown = trim(shown);
  if (!are_objects(wanted, shown)) {
    to += shown;
    return;
  }
  to += '{';
  for_each_member(wanted, [&](std::string_view key, std::string_view value) {
    append_key(to, key);
    const auto here = member_of(shown, key);
    append_part(to, value, here.empty() ? "null" : here);
    return true;
  });
  to += '}';
}

void append_put_over(std::string& to, std::string_view base, std::string_view top) {
  base = trim(base);
  top = trim(top);
  if (!are_objects(base, top)) {
    to += top;
    return;
  }
  to += '{';
  for_each_member(base, [&](std::string_view key, std::string_view value) {
    append_key(to, key);
    const auto over = member_of(top, key);
    if (over.empty())
      to += value;
    else
      append_put_over(to, value, over);
    return true;
  });
  for_each_member(top, [&](std::string_view key, std::string_view value) {
    if (!member_of(base, key).empty()) return true;
    append_key(to, key);
    to += value;
    return true;
  });
  to += '}';
}

void append_edits(std::string& to, json_comparer& comparer, std::string_view shown, std::string_view left,
                  const std::array<std::string_view, 2>& before) {
  const auto is_same = [&comparer](std::string_view a, std::string_view b) {
    return !b.empty() && comparer.compare(comparison::exact, a, b) == equality::equal;
  };
  std::string part = "{";
  for_each_member(trim(left), [&](std::string_view key, std::string_view was_left) {
    const auto is = member_of(shown, key);
    const std::array was{member_of(before[0], key), member_of(before[1], key)};
    std::string edited;
    if (are_objects(is, was_left))
      append_edits(edited, comparer, is, was_left, was);
    else if (!is.empty() && !is_same(is, was_left) && !is_same(is, was[0]) && !is_same(is, was[1]))
      edited = is;
    if (edited.empty()) return true;
    append_key(part, key);
    part += edited;
    return true;
  });
  if (part.size() > 1) to += part + '}';
}

overlap append_overlap(std::string& to, std::string_view wanted, std::string_view later) {
  wanted = trim(wanted);
  later = trim(later);
  if (!are_objects(wanted, later)) return overlap::all;
  std::string named = "{";
  bool is_all = true;
  for_each_member(wanted, [&](std::string_view key, std::string_view value) {
    const auto other = member_of(later, key);
    std::string inside;
    const auto how = other.empty() ? overlap::none : append_overlap(inside, value, other);
    is_all = is_all && how == overlap::all;
    if (how == overlap::none) return true;
    append_key(named, key);
    named += how == overlap::all ? std::string_view{"null"} : std::string_view{inside};
    return true;
  });
  if (is_all) return overlap::all;
  if (named.size() == 1) return overlap::none;
  to += named + '}';
  return overlap::part;
}

bool append_without(std::string& to, std::string_view wanted, std::string_view part) {
  wanted = trim(wanted);
  part = trim(part);
  if (!are_objects(wanted, part)) return false;
  std::string left = "{";
  for_each_member(wanted, [&](std::string_view key, std::string_view value) {
    const auto named = member_of(part, key);
    std::string inside;
    if (!named.empty() && !append_without(inside, value, named)) return true;
    append_key(left, key);
    left += named.empty() ? value : std::string_view{inside};
    return true;
  });
  if (left.size() == 1) return false;
  to += left + '}';
  return true;
}

}  // namespace pawl::api

#include "engine/input/field_names.hpp"

#include "engine/text/json_string.hpp"
#include "engine/text/nearest.hpp"
#include "engine/text/printable.hpp"

#include <algorithm>

namespace pawl::input {

field_names::field_names(const api::profile& profile) : profile_(&profile), passed_(passed_rule()) {
  by_name_.reserve(profile.fields.size());
  rules_.reserve(profile.fields.size());
  for (std::size_t i = 0; i < profile.fields.size(); ++i) {
    by_name_.emplace(profile.fields[i].name, static_cast<field_index>(i));
    rules_.push_back(make_rule(profile.fields[i]));
  }
  for (const auto& f : profile.fields)
    if (!f.at.empty() && f.at.front().key != f.name) places_.push_back(f.at.front().key);
  // A verb's elements become elements of its target. Of names the ids do, and these are the API's own.
  for (std::size_t i = 0; i < profile.fields.size(); ++i)
    if (const auto& f = profile.fields[i]; f.verb != api::set_verb::none && !api::takes_names(f.verb))
      rules_[i].codec = form_to_check(profile[f.verb_target]);
}

std::optional<field_index> field_names::find(std::string_view name) const noexcept {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

const value_rule& field_names::rule(field_index field) const noexcept {
  return field == passed_field ? passed_ : rules_[to_index(field)];
}

bool field_names::can_pass(std::string_view name) noexcept {
  constexpr std::size_t longest = 256;  // chosen
  return !name.empty() && name.size() <= longest && !needs_json_escape(name) && first_invisible(name) == 0;
}

bool field_names::is_place(std::string_view name) const noexcept {
  return std::ranges::find(places_, name) != places_.end();
}

std::string field_names::why_not_passed(std::string_view name) const {
  if (is_place(name))
    return "is where the API has fields of the profile, so it is not passed beside them; name those fields";
  std::string what =
      "is not a name that can be passed to the API (empty, over 256 bytes, or with a quote, backslash or "
      "control character)";
  if (const auto c = first_invisible(name); c != 0) {
    what = "contains the invisible character " + name_of(c) + ", so it is not passed to the API";
    if (const auto near = nearest_field(name); !near.empty()) what += "; did you mean " + shown(near) + '?';
  }
  return what;
}

bool field_names::can_expect(field_index field) const noexcept {
  const auto& spec = (*profile_)[field];
  return spec.verb == api::set_verb::none && (spec.compare != api::comparison::none || !spec.echo.empty());
}

std::string_view field_names::nearest_field(std::string_view name) const {
  std::vector<std::string_view> known;
  for (const auto& field : profile_->fields) known.push_back(field.name);
  return nearest(name, known);
}

std::string field_names::unknown(std::string_view name) const {
  std::vector<std::string_view> known;
  for (const auto& field : profile_->fields) known.push_back(field.name);
  std::string what = "is not a known field";
  if (const auto c = first_invisible(name); c != 0)
    what = "contains the invisible character " + name_of(c) + " and is not a known field";
  if (const auto near = nearest_field(name); !near.empty())
    return what + "; did you mean " + shown(near) + '?';
  constexpr std::size_t listed = 30;  // chosen: enough for a real API, short enough to read
  what += " (known:";
  for (std::size_t i = 0; i < known.size() && i < listed; ++i) {
    what += i == 0 ? " " : ", ";
    what += known[i];
  }
  if (known.size() > listed) what += " and " + std::to_string(known.size() - listed) + " more";
  return what + ')';
}

std::optional<name_target> field_names::resolve(std::string_view name, std::string& problem) const {
  name_target target;
  auto rest = name;
  if (!find(name) && name.starts_with(expect_prefix)) {
    target.is_expect = true;
    rest.remove_prefix(expect_prefix.size());
  }
  if (const auto known = find(rest)) {
    const auto& spec = (*profile_)[*known];
    target.field = *known;
    target.name = spec.name;
    if (!target.is_expect || can_expect(*known)) return target;
    problem = "cannot be a precondition: ";
    if (spec.verb != api::set_verb::none)
      problem += shown(rest) + " is not a field of the resource, " +
                 shown((*profile_)[spec.verb_target].name) + " is";
    else
      problem += "the API does not show " + shown(rest);
    return std::nullopt;
  }
  const auto dot = rest.find('.');
  const auto top = rest.substr(0, dot);
  const auto known = find(top);
  if (target.is_expect) {
    problem = known ? "cannot be a precondition: name the whole field " + shown(top) : unknown(rest);
    return std::nullopt;
  }
  if (dot == std::string_view::npos || (!known && !profile_->pass_unknown_fields)) {
    if (!profile_->pass_unknown_fields || dot != std::string_view::npos) {
      problem = unknown(top);
      return std::nullopt;
    }
    if (!can_pass(rest) || is_place(rest)) {
      problem = why_not_passed(rest);
      return std::nullopt;
    }
    target.field = passed_field;
    target.name = rest;
    return target;
  }

  target.member = rest.substr(dot + 1);
  if (!known) {
    if (!can_reach(top, target.member, problem)) return std::nullopt;
    target.field = passed_field;
    target.name = top;
    return target;
  }
  const auto& spec = (*profile_)[*known];
  target.field = *known;
  target.name = spec.name;
  return is_inside(top, spec.type, spec.members, target.member, problem) ? std::optional{target}
                                                                         : std::nullopt;
}

// Whether a member may be named of an object whose members nobody knows.
bool field_names::can_reach(std::string_view object, std::string_view member, std::string& problem) {
  if (member.find('.') == std::string_view::npos && can_pass(member) && can_pass(object)) return true;
  problem = "reaches deeper than one level; give the whole field " + shown(object) + " as JSON";
  return false;
}

// Whether `way` (`b.c`) names a member inside of what is called `object`.
bool field_names::is_inside(std::string_view object, api::field_type type,
                            std::span<const api::member_spec> members, std::string_view way,
                            std::string& problem) {
  if (type != api::field_type::object) {
    problem = "reaches inside " + shown(object) + ", which is not an object";
    return false;
  }
  if (members.empty()) return can_reach(object, way, problem);
  const auto dot = way.find('.');
  const auto first = way.substr(0, dot);
  const auto found = std::ranges::find(members, first, &api::member_spec::name);
  if (found == members.end()) {
    std::vector<std::string_view> known;
    for (const auto& m : members) known.push_back(m.name);
    problem = "names no member of " + shown(object);
    if (const auto near = nearest(first, known); !near.empty())
      problem += "; did you mean " + shown(std::string(object) + '.' + std::string(near)) + '?';
    return false;
  }
  if (dot == std::string_view::npos) return true;
  return is_inside(std::string(object) + '.' + std::string(first), found->type, found->members,
                   way.substr(dot + 1), problem);
}

}  // namespace pawl::input

#include "engine/input/row_rules.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/byte_words.hpp"
#include "engine/text/dot_segment.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>

namespace pawl::input {

namespace {

const field_value* find(std::span<const field_value> patch, field_index field) {
  const auto found =
      std::find_if(patch.begin(), patch.end(), [field](const field_value& v) { return v.field == field; });
  return found == patch.end() ? nullptr : &*found;
}

// The first character that is invisible or acts on a terminal; no_character: there is none.
constexpr auto no_character = static_cast<char32_t>(-1);
char32_t unseen_character(std::string_view utf8) {
  while (!utf8.empty()) {
    const auto c = first_code_point(utf8);
    if (c.bytes != 0 && (is_control(c.value) || is_invisible(c.value))) return c.value;
    utf8.remove_prefix(std::max<std::size_t>(1, c.bytes));
  }
  return no_character;
}

}  // namespace

void row_draft::clear() noexcept {
  id = {};
  patch.clear();
  expect.clear();
  complaints.clear();
}

void row_draft::complain(std::uint64_t line, std::string_view column, std::string what) {
  if (complaints.size() < max_complaints) complaints.push_back({line, std::string(column), std::move(what)});
}

namespace {

// Another spelling of a number, such as one with a zero in front, would be another id here and the same one
// at the API.
bool is_number_id(std::string_view id) noexcept {
  return std::ranges::all_of(id, is_digit) && (id.size() == 1 || id.front() != '0');
}

// Whether the id is printable ASCII without dots and escapes, as nearly all ids are; then no other check is
// needed. It looks at eight bytes at a time; the last eight overlap those before.
bool is_plain_id(std::string_view id) noexcept {
  constexpr auto width = sizeof(std::uint64_t);
  if (id.size() < width)
    return std::ranges::all_of(id, [](char c) { return c >= ' ' && c <= '~' && c != '.' && c != '%'; });
  const auto odd = [](std::uint64_t word) {
    return unprintable_bytes(word) | zero_bytes(word ^ every_byte('.')) | zero_bytes(word ^ every_byte('%'));
  };
  auto found = odd(load_word(id.data() + id.size() - width));
  for (std::size_t i = 0; i + width < id.size(); i += width) found |= odd(load_word(id.data() + i));
  return found == 0;
}

}  // namespace

namespace {

bool has_unsafe(const std::vector<api::member_spec>& members) {
  return std::ranges::any_of(
      members, [](const api::member_spec& m) { return !m.replay_safe || has_unsafe(m.members); });
}

// Whether an object has none of the members that do something again.
bool is_replay_safe(const std::vector<api::member_spec>& members, std::string_view object) {
  if (!object.starts_with('{')) return true;
  return for_each_member(object, [&](std::string_view key, std::string_view value) {
    const auto found = std::ranges::find_if(
        members, [key](const api::member_spec& m) { return string_token_says(key, m.name); });
    return found == members.end() || (found->replay_safe && is_replay_safe(found->members, value));
  });
}

}  // namespace

row_rules::row_rules(const field_names& names) : profile_(&names.profile()) {
  for (const auto& field : profile_->fields) {
    auto& facts = facts_.emplace_back();
    facts.replay_safe = field.replay_safe;
    facts.has_rules = !field.requires_.empty() || field.verb != api::set_verb::none;
    if (has_unsafe(field.members)) facts.members = &field.members;
    if (!field.clear) continue;
    facts.codec.emplace(field);
    has_clears_ = true;
  }
}

namespace {

constexpr std::size_t longest_value = 1024;  // code points; chosen: nobody is called by more

std::string too_long(std::size_t length, std::size_t most, std::string_view text) {
  return "is " + std::to_string(length) + " characters long, at most " + std::to_string(most) +
         " are allowed (got " + shown(text) + ')';
}

// Empty: there is no such character in the text.
std::string what_is_unseen(std::string_view text) {
  const auto c = unseen_character(text);
  if (c == no_character) return {};
  return (is_control(c) ? "contains the control character " : "contains the invisible character ") +
         name_of(c) + " (got " + shown(text) + ')';
}

}  // namespace

std::string row_rules::check_value(std::string_view value) {
  if (value.empty()) return "is empty";
  if (const auto length = count_code_points(value); length > longest_value)
    return too_long(length, longest_value, value);
  return what_is_unseen(value);
}

std::string row_rules::check_id(std::string_view id) const {
  if (id.empty()) return "is empty";
  if (id.size() > profile_->max_id_length) {
    const auto length = count_code_points(id);
    if (length > profile_->max_id_length) return too_long(length, profile_->max_id_length, id);
  }
  if (profile_->id_type != api::id_form::string && !is_number_id(id))
    return "must be digits without a zero in front, as the API numbers its resources (got " + shown(id) + ')';
  if (is_plain_id(id)) return {};
  if (auto what = what_is_unseen(id); !what.empty()) return what;
  if (has_dot_segment(id))
    return "is or holds a dot segment (. or ..), which servers take out of a path: the request would reach "
           "another resource (got " +
           shown(id) + ')';
  return {};
}

void row_rules::check(row_draft& draft, std::uint64_t line) const {
  if (has_clears_) {
    put_nulls(draft.patch);
    put_nulls(draft.expect);
  }
  const std::span<const field_value> patch = draft.patch;
  if (patch.empty()) {
    draft.complain(line, {}, std::string(nothing_to_change));
    return;
  }
  for (const auto& value : patch) {
    if (value.field == passed_field || !facts_[to_index(value.field)].has_rules) continue;
    const auto& spec = (*profile_)[value.field];
    for (const auto& need : spec.requires_) {
      if (value.json != need.when_json) continue;
      const auto* needed = find(patch, need.needs);
      if (needed == nullptr || needed->json == "null")
        draft.complain(
            line, spec.name,
            shown_json(value.json) + " needs " + (*profile_)[need.needs].name + " in the same row");
    }
    if (spec.verb != api::set_verb::none && find(patch, spec.verb_target) != nullptr)
      draft.complain(
          line, spec.name,
          "cannot stand beside " + (*profile_)[spec.verb_target].name + ", which replaces the whole set");
  }
}

void row_rules::put_nulls(std::vector<field_value>& values) const {
  for (auto& v : values)
    if (v.field != passed_field)
      if (const auto& codec = facts_[to_index(v.field)].codec; codec && codec->clears(v.json))
        v.json = "null";
}

bool row_rules::replay_safe(std::span<const field_value> patch) const noexcept {
  return std::all_of(patch.begin(), patch.end(), [this](const field_value& v) {
    if (v.field == passed_field) return true;
    const auto& facts = facts_[to_index(v.field)];
    return facts.replay_safe && (facts.members == nullptr || is_replay_safe(*facts.members, v.json));
  });
}

}  // namespace pawl::input

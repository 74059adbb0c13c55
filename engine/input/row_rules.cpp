#include "engine/input/row_rules.hpp"

#include "engine/input/text.hpp"
#include "engine/model/byte_words.hpp"

#include <algorithm>
#include <cstdio>

namespace pawl::input {

namespace {

const field_value* find(std::span<const field_value> patch, field_index field) {
  const auto found =
      std::find_if(patch.begin(), patch.end(), [field](const field_value& v) { return v.field == field; });
  return found == patch.end() ? nullptr : &*found;
}

// The code point of the first control character (C0, DEL, C1), or -1.
int control_character(std::string_view utf8) {
  std::size_t i = 0;
  while (utf8.size() - i >= sizeof(std::uint64_t) && unprintable_bytes(load_word(utf8.data() + i)) == 0)
    i += sizeof(std::uint64_t);
  for (; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x20 || c == 0x7f) return c;
    if (c == 0xc2 && i + 1 < utf8.size()) {
      const auto next = static_cast<unsigned char>(utf8[i + 1]);
      if (next < 0xa0) return next;
    }
  }
  return -1;
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

row_rules::row_rules(const field_names& names) : profile_(&names.profile()) {
  for (const auto& field : profile_->fields)
    facts_.push_back({field.replay_safe, !field.requires_.empty() || field.verb != api::set_verb::none});
}

std::string row_rules::check_id(std::string_view id) const {
  if (id.empty()) return "is empty";
  if (id.size() > profile_->max_id_length) {
    const auto length = count_code_points(id);
    if (length > profile_->max_id_length)
      return "is " + std::to_string(length) + " characters long, at most " +
             std::to_string(profile_->max_id_length) + " are allowed (got " + shown(id) + ')';
  }
  if (const int c = control_character(id); c >= 0) {
    char name[16];
    std::snprintf(name, sizeof name, "U+%04X", static_cast<unsigned>(c));
    return "contains the control character " + std::string(name) + " (got " + shown(id) + ')';
  }
  return {};
}

void row_rules::check(row_draft& draft, std::uint64_t line) const {
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

bool row_rules::replay_safe(std::span<const field_value> patch) const noexcept {
  return std::all_of(patch.begin(), patch.end(), [this](const field_value& v) {
    return v.field == passed_field || facts_[to_index(v.field)].replay_safe;
  });
}

}  // namespace pawl::input

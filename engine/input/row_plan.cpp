#include "engine/input/row_plan.hpp"

#include "engine/model/option.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>

namespace pawl::input {

bool row_plan::add(const name_target& target, value_origin from, std::string& problem) {
  auto& entries = target.is_expect ? expect_ : patch_;
  const auto same = std::find_if(entries.begin(), entries.end(), [&](const plan_entry& e) {
    return e.field == target.field && e.name == target.name;
  });
  const auto twice = [&] {
    problem = "is given twice";
    return false;
  };

  if (same != entries.end()) {
    if (target.member.empty() && same->members.empty()) return twice();
    if (target.member.empty() || same->members.empty()) {
      problem = "is given both whole and by its members";
      return false;
    }
    for (const auto& m : same->members)
      if (m.name == target.member) return twice();
  } else if (target.field == passed_field) {
    const auto passed = std::count_if(entries.begin(), entries.end(),
                                      [](const plan_entry& e) { return e.field == passed_field; });
    if (static_cast<std::size_t>(passed) == max_passed_fields) {
      problem = "is one field too many that the profile does not know: at most " +
                std::to_string(max_passed_fields) + " are passed on";
      return false;
    }
  }

  const bool is_new = same == entries.end();
  if (is_new) {
    plan_entry entry;
    entry.field = target.field;
    entry.name =
        target.field == passed_field ? std::string_view(texts_.emplace_back(target.name)) : target.name;
    entry.rule = &names_->rule(target.field);
    entry.nullable = entry.rule->nullable || target.is_expect;
    entries.push_back(std::move(entry));
  }
  auto& entry = is_new ? entries.back() : *same;
  if (target.member.empty()) {
    entry.from = from;
    return true;
  }
  plan_member member;
  member.name = target.member;
  member.from = from;
  if (target.field == passed_field) {
    member.rule = passed_rule();
  } else {
    // The profile declares no members, so nothing is known of this one. Its cells must be JSON: no type is
    // guessed.
    member.rule.type = api::field_type::json;
    member.rule.nullable = true;
    for (const auto& m : entry.rule->members)
      if (m.name == target.member) member.rule = m.rule;
  }
  entry.members.push_back(std::move(member));
  return true;
}

bool row_plan::add_constant(std::string_view name, std::string_view value, std::string_view id_column,
                            field_typer& typer, std::string& problem) {
  if (name == id_column) {
    problem = "would give every row the same id";
    return false;
  }
  if (name.starts_with(note_mark)) {
    problem = "names a note, which is never sent";
    return false;
  }
  const auto target = names_->resolve(name, problem);
  if (!target) return false;
  if (target->is_expect) {
    problem = "is a precondition; use " + to_string(option::only_if) + " for all rows";
    return false;
  }
  if (!is_utf8(value)) {
    problem = "has a value that " + std::string(not_utf8);
    return false;
  }
  // It is added first, because that tells the rule of a member.
  if (!add(*target, {}, problem)) {
    problem +=
        "; " + to_string(option::set) + " is for fields that the input does not have, and for each once";
    return false;
  }
  const auto entry = std::find_if(patch_.begin(), patch_.end(), [&](const plan_entry& e) {
    return e.field == target->field && e.name == target->name;
  });
  const bool is_member = !target->member.empty();
  const auto& rule = is_member ? entry->members.back().rule : *entry->rule;
  auto& origin = is_member ? entry->members.back().from : entry->from;
  switch (typer.from_cell(rule, rule.nullable, value, constants_, origin.constant)) {
    case cell_state::value:
      return true;
    case cell_state::bad:
      problem = typer.problem();
      return false;
    case cell_state::absent:
      break;
  }
  problem =
      "has no value; write " + to_string(option::set) + ' ' + std::string(name) + "=null to clear the field";
  return false;
}

void row_plan::finish() {
  // The sort is stable and passed_field is the greatest index, so passed fields end up last, in their order.
  const auto before = [](const plan_entry& a, const plan_entry& b) {
    return to_index(a.field) < to_index(b.field);
  };
  std::stable_sort(patch_.begin(), patch_.end(), before);
  std::stable_sort(expect_.begin(), expect_.end(), before);
}

std::string_view constant_of(const plan_entry& entry, byte_arena& arena) {
  if (entry.members.empty()) return entry.from.constant;
  std::string text = "{";
  for (const auto& m : entry.members) {
    if (text.size() > 1) text += ',';
    text += '"' + m.name + "\":";
    text += m.from.constant;
  }
  return arena.copy(text + '}');
}

}  // namespace pawl::input

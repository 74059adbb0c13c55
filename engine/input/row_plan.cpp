#include "engine/input/row_plan.hpp"

#include "engine/model/option.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>
#include <span>

namespace pawl::input {

namespace {

using member_way = std::vector<std::string>;

member_way way_of(std::string_view member) {
  member_way way;
  for (auto rest = member;;) {
    const auto dot = rest.find('.');
    way.emplace_back(rest.substr(0, dot));
    if (dot == std::string_view::npos) return way;
    rest.remove_prefix(dot + 1);
  }
}

std::size_t common_steps(const member_way& a, const member_way& b) noexcept {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

const value_rule* rule_at(const value_rule& object, std::span<const std::string> way) {
  const auto* rule = &object;
  for (const auto& name : way) {
    const auto found = std::ranges::find(rule->members, name, &value_rule::member::name);
    if (found == rule->members.end()) return nullptr;
    rule = &found->rule;
  }
  return rule;
}

}  // namespace

void member_text::begin() {
  text_.assign(1, '{');
  open_.clear();
}

void member_text::close_to(std::size_t depth) {
  text_.append(open_.size() - depth, '}');
  open_.resize(depth);
}

void member_text::add(const member_way& way, std::string_view json) {
  std::size_t depth = 0;
  while (depth < open_.size() && depth + 1 < way.size() && open_[depth] == way[depth]) ++depth;
  close_to(depth);
  const auto add_key = [this](std::string_view name) {
    if (text_.back() != '{') text_ += ',';
    text_ += '"';
    text_ += name;
    text_ += "\":";
  };
  for (; depth + 1 < way.size(); ++depth) {
    add_key(way[depth]);
    text_ += '{';
    open_.push_back(way[depth]);
  }
  add_key(way.back());
  text_ += json;
}

std::string_view member_text::end() {
  if (text_.size() == 1) return {};
  close_to(0);
  return text_ += '}';
}

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
    const auto way = way_of(target.member);
    for (const auto& m : same->members) {
      const auto common = common_steps(m.way, way);
      if (common == m.way.size() && common == way.size()) return twice();
      if (common != m.way.size() && common != way.size()) continue;
      problem = "is given both whole and by its members";
      return false;
    }
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
  member.way = way_of(target.member);
  member.from = from;
  if (target.field == passed_field) {
    member.rule = passed_rule();
  } else {
    // The profile declares no members, so nothing is known of this one. Its cells must be JSON: no type is
    // guessed.
    member.rule.type = api::field_type::json;
    member.rule.nullable = true;
    if (const auto* rule = rule_at(*entry.rule, member.way)) member.rule = *rule;
  }
  // Behind the last of those that share the most of the way.
  auto place = entry.members.end();
  std::size_t most = 0;
  for (auto at = entry.members.begin(); at != entry.members.end(); ++at) {
    const auto common = common_steps(at->way, member.way);
    if (common == 0 || common < most) continue;
    most = common;
    place = at + 1;
  }
  const auto put = entry.members.insert(place, std::move(member));
  added_ = static_cast<std::size_t>(put - entry.members.begin());
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
  const auto& rule = is_member ? entry->members[added_].rule : *entry->rule;
  auto& origin = is_member ? entry->members[added_].from : entry->from;
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
  member_text object;
  object.begin();
  for (const auto& m : entry.members) object.add(m.way, m.from.constant);
  return arena.copy(object.end());
}

}  // namespace pawl::input

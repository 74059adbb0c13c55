#include "engine/plan/undo.hpp"

#include "engine/api/sent_together.hpp"
#include "engine/input/byte_window.hpp"
#include "engine/plan/undo_plan.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

#include <algorithm>
#include <utility>

namespace pawl::plan {
namespace {

constexpr std::string_view null_json = "null";

undo_obstacle obstacle_of(input::row_fit fit) noexcept {
  return fit == input::row_fit::unsound ? undo_obstacle::unsound : undo_obstacle::too_large;
}

}  // namespace

struct undo_builder::member {
  std::string name;
  value is;
};

undo_builder::undo_builder(const api::profile& profile)
    : profile_(profile),
      names_(profile),
      typer_(input::cell_syntax{}),
      company_(api::sent_together(profile)) {}

undo_builder::trace& undo_builder::trace_of(std::string_view name) {
  const auto found = std::ranges::find(traces_, name, &trace::name);
  if (found != traces_.end()) return *found;
  auto& made = traces_.emplace_back();
  made.name = name;
  made.field = names_.find(name);
  made.is_set = made.field && goes_by_elements(*made.field);
  return made;
}

bool undo_builder::goes_by_elements(field_index f) const {
  if (!api::is_set(profile_[f].compare)) return false;
  const auto has = [&](api::set_verb verb) {
    return std::ranges::any_of(
        profile_.fields, [&](const api::field_spec& s) { return s.verb == verb && s.verb_target == f; });
  };
  return has(api::set_verb::add_ids) && has(api::set_verb::remove_ids);
}

// Reads each value by itself, so that one that cannot be read costs no other.
bool undo_builder::list_members(std::string_view object, std::vector<member>& into) {
  return for_each_member(object, [&](std::string_view key, std::string_view json) {
    member m;
    if (!append_unescaped(m.name, key)) return false;
    std::string_view text = json;
    m.is.fit = values_.read(json, bytes_, text);
    m.is.json = text;
    into.push_back(std::move(m));
    return true;
  });
}

void undo_builder::add(std::string_view old_values, std::string_view new_values, bool certain, bool as_sent) {
  bytes_.clear();
  std::vector<member> before, after;
  if (!list_members(old_values, before) || !list_members(new_values, after)) {
    is_broken_ = true;
    return;
  }
  const auto find = [](const std::vector<member>& in, std::string_view name) {
    const auto found = std::ranges::find(in, name, &member::name);
    return found == in.end() ? nullptr : &found->is;
  };
  ++writes_;
  for (auto& [name, is] : after) {
    is.is_shown = as_sent;
    write(trace_of(name), find(before, name), is, certain);
  }
  for (const auto& [name, is] : after)
    if (const auto f = names_.find(name))
      for (const auto partner : company_[to_index(*f)]) {
        const auto& other = profile_[partner].name;
        const auto known = std::ranges::find(traces_, other, &trace::name);
        if (known == traces_.end() || find(after, other) != nullptr) continue;
        known->is_left_known = false;
        if (certain) known->is_known_before_doubt = false;
      }
  // A value that was read and not written may be needed by an old value (a date beside its state).
  for (const auto& [name, is] : before) {
    if (find(after, name) != nullptr) continue;
    auto& seen = trace_of(name);
    seen.is_left_out = seen.is_written;
    if (!seen.is_written && !seen.old_value) seen.old_value = is;
  }
}

bool undo_builder::same(const trace& of, std::string_view a, std::string_view b) {
  const auto how = of.field ? profile_[*of.field].compare : api::comparison::exact;
  return comparer_.compare(how, a, b) == api::equality::equal;
}

void undo_builder::plan_way_back(plan& to, std::vector<undo_loss>& losses) {
  // Sorts as the fields of a job are: in the order of the profile, passed fields last.
  std::ranges::stable_sort(traces_, [](const trace& a, const trace& b) {
    const auto place = [](const trace& t) { return to_index(t.field.value_or(passed_field)); };
    return place(a) < place(b);
  });
  for (const auto& one : traces_)
    if (one.is_written) one.is_set ? plan_elements(one, to, losses) : plan_field(one, to, losses);
  const auto drop_company = [&to] {
    if (std::ranges::none_of(to.patch, &plan::entry::moves)) to.patch.clear();
  };
  drop_company();
  check_guards(to, losses);
  check_needs(to, losses);
  drop_company();
  if (profile_.body_is != api::body_content::row) return;
  // An API that empties what a body leaves out must get all fields or none.
  if (!is_complete(to)) to.give_up(undo_obstacle::needs_another, losses);
  list_left_out(losses);
}

// Whether a member shows the id, the time of the last change, or a field that has another name in a write.
bool undo_builder::is_said_elsewhere(std::string_view name) const {
  const auto begins_with = [name](const json_path& path) {
    return !path.empty() && path.front().key == name;
  };
  return begins_with(profile_.reply.id) || begins_with(profile_.reply.updated_at) ||
         std::ranges::any_of(profile_.fields, [&](const auto& f) { return begins_with(f.echo); });
}

void undo_builder::list_left_out(std::vector<undo_loss>& losses) const {
  for (const auto& one : traces_) {
    const bool was_something = one.is_written ? one.is_left_out && one.left.json != null_json
                                              : one.old_value && one.old_value->json != null_json;
    if (was_something && (one.field || !is_said_elsewhere(one.name)))
      losses.push_back({one.name, undo_obstacle::left_out});
  }
}

// Adds a field that the run has changed and changed back, or that was sent as it was, where a write needs the
// whole row.
void undo_builder::plan_company(const trace& one, plan& to) {
  if (profile_.body_is == api::body_content::row && !obstacle_to(one))
    to.patch.push_back(
        {&one, one.name, one.old_value->json, can_expect(one), can_expect_before_doubt(one), false});
}

// Whether a job expects what the run left of a field that goes back as a whole.
bool undo_builder::can_expect(const trace& one) const {
  return one.field && one.is_left_known && names_.can_expect(*one.field);
}

bool undo_builder::can_expect_before_doubt(const trace& one) {
  return one.field && one.is_known_before_doubt && names_.can_expect(*one.field) && may_expect(one);
}

// The worst fit among the values that a job would have to hold for a field.
input::row_fit undo_builder::worst_fit(const trace& one, bool expects) {
  if (one.old_value && one.old_value->fit != input::row_fit::fits) return one.old_value->fit;
  if (!expects) return input::row_fit::fits;
  if (one.left_before_doubt && one.left_before_doubt->fit != input::row_fit::fits)
    return one.left_before_doubt->fit;
  return one.left.fit;
}

// Whether a job may expect what the run left: the profile must accept it, and it may hold elements as the API
// showed them.
bool undo_builder::may_expect(const trace& one) {
  const auto accepted = [&](const value& left) {
    return typer_.check(names_.rule(*one.field), true, {kind_of(left.json), left.json});
  };
  return accepted(one.left) && (!one.left_before_doubt || accepted(*one.left_before_doubt));
}

// Why a job cannot hold the old value of a field, and expect what the run left; nullopt: it can.
std::optional<undo_obstacle> undo_builder::obstacle_to(const trace& one) {
  const auto* spec = one.field ? &profile_[*one.field] : nullptr;
  const bool is_hidden =
      spec != nullptr && (spec->compare == api::comparison::none || spec->verb != api::set_verb::none);
  if (is_hidden || !one.old_value) return undo_obstacle::not_shown;
  if (const auto fit = worst_fit(one, can_expect(one)); fit != input::row_fit::fits) return obstacle_of(fit);
  if (spec == nullptr) return {};
  const input::json_value old{kind_of(one.old_value->json), one.old_value->json};
  if (old.kind == json_kind::null && !spec->nullable) return undo_obstacle::not_nullable;
  if (!typer_.check(names_.rule(*one.field), spec->nullable, old) || (can_expect(one) && !may_expect(one)))
    return undo_obstacle::not_accepted;
  return {};
}

void undo_builder::plan_field(const trace& one, plan& to, std::vector<undo_loss>& losses) {
  auto why = obstacle_to(one);
  if (why == undo_obstacle::not_shown) {
    losses.push_back({one.name, *why});
    return;
  }
  // If it is not known what is there, there is something to undo.
  if (one.left_certainly && one.is_left_known && same(one, one.old_value->json, one.left.json)) {
    plan_company(one, to);
    return;
  }
  const bool is_text = one.field && profile_[*one.field].compare == api::comparison::text;
  if (!why && is_text && (!one.left.is_shown || (one.left_before_doubt && !one.left_before_doubt->is_shown)))
    why = undo_obstacle::normalised;
  if (why)
    losses.push_back({one.name, *why});
  else
    to.patch.push_back({&one, one.name, one.old_value->json, can_expect(one), can_expect_before_doubt(one)});
}

void undo_builder::plan_elements(const trace& one, plan& to, std::vector<undo_loss>& losses) {
  if (!one.old_value) {
    losses.push_back({one.name, undo_obstacle::not_shown});
    return;
  }
  if (one.elements_fit != input::row_fit::fits) {
    losses.push_back({one.name, obstacle_of(one.elements_fit)});
    return;
  }
  // Of the elements that were there or were not, those of which the other is the case.
  const auto list_of = [&one](bool was_there, bool element::* now) {
    std::string list;
    for (const auto& e : one.elements)
      if (e.was_there == was_there && e.*now != was_there) (list += list.empty() ? '[' : ',') += e.json;
    if (!list.empty()) list += ']';
    return list;
  };
  bool moves = false;
  for (const auto verb : {api::set_verb::add_ids, api::set_verb::remove_ids}) {
    const bool was_there = verb == api::set_verb::add_ids;
    const auto list = list_of(was_there, &element::is_there);
    const auto before_doubt = list_of(was_there, &element::is_there_before_doubt);
    if (list.empty() && before_doubt.empty()) continue;
    moves = true;
    const auto spec = std::ranges::find_if(profile_.fields, [&](const api::field_spec& s) {
      return s.verb == verb && s.verb_target == *one.field;
    });
    // If the last write is doubtful, it may not have added what is there now; the whole set then tells
    // whether it did.
    const bool expects = !one.left_certainly;
    const auto f = static_cast<field_index>(spec - profile_.fields.begin());
    const auto accepted = [&](const std::string& list_json) {
      return list_json.empty() || typer_.check(names_.rule(f), spec->nullable, {json_kind::array, list_json});
    };
    const bool fits = std::max(list.size(), before_doubt.size()) <= input::max_field_bytes;
    if (fits && accepted(list) && accepted(before_doubt) && (!expects || may_expect(one))) {
      to.patch.push_back({&one, spec->name, list, expects, expects, true, before_doubt});
    } else {
      losses.push_back({one.name, fits ? undo_obstacle::not_accepted : undo_obstacle::too_large});
      std::erase_if(to.patch, [&one](const auto& e) { return e.of == &one; });
      return;
    }
  }
  if (!moves) plan_company(one, to);
}

// Removes fields of which it is not known what is there, unless a field that goes back and is expected has
// changed them: its value then speaks for theirs.
void undo_builder::check_guards(plan& to, std::vector<undo_loss>& losses) const {
  std::erase_if(to.patch, [&](const plan::entry& e) {
    if (e.of->is_left_known || e.of->is_set) return false;
    const bool is_guarded = std::ranges::any_of(to.patch, [&](const plan::entry& other) {
      return other.expects && changes_by_the_way(*other.of, *e.of);
    });
    if (!is_guarded && e.moves) losses.push_back({e.of->name, undo_obstacle::needs_another});
    return !is_guarded;
  });
}

// Adds the shown fields that ride with a field that goes back: the API sets them when that one moves.
void undo_builder::take_riders(plan& to, std::size_t entry) {
  if (!to.patch[entry].moves) return;
  for (const auto& seen : traces_) {
    const auto& f = seen.field;
    if (!f || seen.is_written || !to.patch[entry].of->field ||
        profile_[*f].rides_with != to.patch[entry].of->field)
      continue;
    if (seen.old_value && seen.old_value->json != null_json && seen.old_value->fit == input::row_fit::fits &&
        to.entry_of(*f) == nullptr)
      to.patch.push_back({&seen, seen.name, seen.old_value->json});
  }
}

// Removes fields that need another one whose old value is not known, and adds such a field if a read has
// shown it.
void undo_builder::check_needs(plan& to, std::vector<undo_loss>& losses) {
  for (std::size_t i = 0; i < to.patch.size();) {
    const auto* one = to.patch[i].of;
    bool good = true;
    if (one->field && !one->is_set)
      for (const auto& need : profile_[*one->field].requires_) {
        if (need.when_json != to.patch[i].json || to.entry_of(need.needs) != nullptr) continue;
        const auto& name = profile_[need.needs].name;
        const auto seen = std::ranges::find(traces_, name, &trace::name);
        if (seen == traces_.end() || !seen->old_value || seen->old_value->json == null_json ||
            seen->old_value->fit != input::row_fit::fits) {
          good = false;
          break;
        }
        to.patch.push_back({&*seen, name, seen->old_value->json});
      }
    if (good) {
      take_riders(to, i++);
      continue;
    }
    losses.push_back({one->name, undo_obstacle::needs_another});
    to.patch.erase(to.patch.begin() + static_cast<std::ptrdiff_t>(i));
    i = 0;
  }
}

// Whether a field that was empty is emptied by the API, because a field that it goes with (`together`) goes
// back.
bool undo_builder::is_emptied(const trace& one, const plan& to) const {
  if (!one.field || !one.old_value || one.old_value->json != null_json) return false;
  return std::ranges::any_of(to.patch, [&](const auto& e) {
    if (!e.of->field) return false;
    const auto& partners = profile_[*e.of->field].together;
    return std::ranges::find(partners, *one.field) != partners.end();
  });
}

// Whether a write of the job leaves every field that was written as it was before. A replacing server empties
// what it leaves out.
bool undo_builder::is_complete(const plan& to) const {
  return std::ranges::all_of(
      traces_, [&](const trace& one) { return !one.is_written || to.holds(one) || is_emptied(one, to); });
}

}  // namespace pawl::plan

#include "engine/plan/undo.hpp"

#include "engine/input/byte_window.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

#include <algorithm>

namespace pawl::plan {
namespace {

constexpr std::string_view null_json = "null";

void append_member(std::string& to, std::string_view name, std::string_view json) {
  if (to.back() != '{') to += ',';
  append_json_string(to, name);
  to += ':';
  to += json;
}

undo_obstacle obstacle_of(input::row_fit fit) noexcept {
  return fit == input::row_fit::unsound ? undo_obstacle::unsound : undo_obstacle::too_large;
}

}  // namespace

struct undo_builder::member {
  std::string name;
  value is;
};

struct undo_builder::plan {
  struct entry {
    const trace* of = nullptr;
    std::string name, json;
    bool expects = false;
    bool moves = true;  // false: it is equal, and only completes the row
  };
  std::vector<entry> patch;
  bool is_complete = true;  // false: a written value cannot be put into a job
  const entry* entry_of(field_index f) const {
    for (const auto& e : patch)
      if (e.of->field == f && e.name == e.of->name) return &e;
    return nullptr;
  }
};

undo_builder::undo_builder(const api::profile& profile)
    : profile_(profile), names_(profile), typer_(input::cell_syntax{}) {}

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

void undo_builder::add(std::string_view old_values, std::string_view new_values, bool certain) {
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
  for (const auto& [name, is] : after) write(trace_of(name), find(before, name), is, certain);
  // A value that was read and not written may be needed by an old value (a date beside its state).
  for (const auto& [name, is] : before) {
    if (find(after, name) != nullptr) continue;
    auto& seen = trace_of(name);
    if (!seen.is_written && !seen.old_value) seen.old_value = is;
  }
}

bool undo_builder::same(const trace& of, std::string_view a, std::string_view b) {
  const auto how = of.field ? profile_[*of.field].compare : api::comparison::exact;
  return comparer_.compare(how, a, b) == api::equality::equal;
}

undo_result undo_builder::finish(std::string_view id) {
  undo_result result;
  if (is_broken_) {
    result.losses.push_back({{}, undo_obstacle::record_broken});
    traces_.clear();
    is_broken_ = false;
    return result;
  }
  plan back;
  plan_way_back(back, result.losses);
  const bool in_doubt =
      std::ranges::any_of(back.patch, [](const auto& e) { return e.of->left_before_doubt.has_value(); });
  bool fits = true;
  for (const bool before_doubt : {false, true}) {
    if (back.patch.empty() || (before_doubt && !in_doubt)) continue;
    const auto start = result.lines.size();
    append_job(result.lines, id, back, before_doubt);
    fits = fits && result.lines.size() - start <= input::max_row_bytes;  // the length includes the line end
    ++result.jobs;
  }
  if (!fits) {
    for (const auto& e : back.patch) result.losses.push_back({e.of->name, undo_obstacle::too_large});
    result.lines.clear();
    result.jobs = 0;
  }
  traces_.clear();
  return result;
}

void undo_builder::plan_way_back(plan& to, std::vector<undo_loss>& losses) {
  // Sorts as the fields of a job are: in the order of the profile, passed fields last.
  std::ranges::stable_sort(traces_, [](const trace& a, const trace& b) {
    const auto place = [](const trace& t) { return to_index(t.field.value_or(passed_field)); };
    return place(a) < place(b);
  });
  for (const auto& one : traces_)
    if (one.is_written) one.is_set ? plan_elements(one, to, losses) : plan_field(one, to, losses);
  if (std::ranges::none_of(to.patch, &plan::entry::moves)) to.patch.clear();
  // An API that empties what a body leaves out must get all fields or none.
  if (profile_.body_is == api::body_content::row && !to.is_complete) {
    for (const auto& e : to.patch)
      if (e.moves) losses.push_back({e.of->name, undo_obstacle::needs_another});
    to.patch.clear();
  }
  check_needs(to, losses);
  if (profile_.body_is == api::body_content::row) list_left_out(losses);
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
  for (const auto& one : traces_)
    if (!one.is_written && one.old_value && one.old_value->json != "null" &&
        (one.field || !is_said_elsewhere(one.name)))
      losses.push_back({one.name, undo_obstacle::left_out});
}

// Adds a field that the run has changed and changed back, or that was sent as it was, where a write needs the
// whole row.
void undo_builder::plan_company(const trace& one, plan& to) {
  if (profile_.body_is != api::body_content::row) return;
  const bool expects = one.field && names_.can_expect(*one.field);
  const bool fits = worst_fit(one, expects) == input::row_fit::fits && (!expects || may_expect(one));
  to.is_complete = to.is_complete && fits;
  if (fits) to.patch.push_back({&one, one.name, one.old_value->json, expects, false});
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

void undo_builder::plan_field(const trace& one, plan& to, std::vector<undo_loss>& losses) {
  const auto* spec = one.field ? &profile_[*one.field] : nullptr;
  const bool hidden =
      spec != nullptr && (spec->compare == api::comparison::none || spec->verb != api::set_verb::none);
  if (hidden || !one.old_value) {
    losses.push_back({one.name, undo_obstacle::not_shown});
    return;
  }
  // If the last write is doubtful, there is something to undo.
  if (one.left_certainly && same(one, one.old_value->json, one.left.json)) {
    plan_company(one, to);
    return;
  }
  const bool expects = spec != nullptr && names_.can_expect(*one.field);
  if (const auto fit = worst_fit(one, expects); fit != input::row_fit::fits) {
    to.is_complete = false;
    losses.push_back({one.name, obstacle_of(fit)});
    return;
  }
  if (spec != nullptr) {
    const input::json_value old{kind_of(one.old_value->json), one.old_value->json};
    if (old.kind == json_kind::null && !spec->nullable) {
      losses.push_back({one.name, undo_obstacle::not_nullable});
      return;
    }
    if (!typer_.check(names_.rule(*one.field), spec->nullable, old) || (expects && !may_expect(one))) {
      losses.push_back({one.name, undo_obstacle::not_accepted});
      return;
    }
  }
  to.patch.push_back({&one, one.name, one.old_value->json, expects});
}

void undo_builder::plan_elements(const trace& one, plan& to, std::vector<undo_loss>& losses) {
  if (!one.old_value) {
    losses.push_back({one.name, undo_obstacle::not_shown});
    return;
  }
  if (one.elements_fit != input::row_fit::fits) {
    to.is_complete = false;
    losses.push_back({one.name, obstacle_of(one.elements_fit)});
    return;
  }
  std::string add = "[", remove = "[";
  for (const auto& e : one.elements) {
    if (e.was_there == e.is_there) continue;
    auto& list = e.was_there ? add : remove;
    if (list.size() > 1) list += ',';
    list += e.json;
  }
  for (const auto& [list, verb] :
       {std::pair{&add, api::set_verb::add_ids}, std::pair{&remove, api::set_verb::remove_ids}}) {
    if (list->size() == 1) continue;
    const auto spec = std::ranges::find_if(profile_.fields, [&](const api::field_spec& s) {
      return s.verb == verb && s.verb_target == *one.field;
    });
    *list += ']';
    // If the last write is doubtful, it may not have added what is there now; the whole set then tells
    // whether it did.
    const bool expects = !one.left_certainly;
    const auto f = static_cast<field_index>(spec - profile_.fields.begin());
    const bool fits = list->size() <= input::max_field_bytes;
    if (fits && typer_.check(names_.rule(f), spec->nullable, {json_kind::array, *list}) &&
        (!expects || may_expect(one))) {
      to.patch.push_back({&one, spec->name, *list, expects});
    } else {
      losses.push_back({one.name, fits ? undo_obstacle::not_accepted : undo_obstacle::too_large});
      std::erase_if(to.patch, [&one](const auto& e) { return e.of == &one; });
      return;
    }
  }
  if (add.size() == 1 && remove.size() == 1) plan_company(one, to);
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
      to.patch.push_back({&seen, seen.name, seen.old_value->json, false});
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
        to.patch.push_back({&*seen, name, seen->old_value->json, false});
      }
    if (good) {
      take_riders(to, i++);
      continue;
    }
    losses.push_back({one->name, undo_obstacle::needs_another});
    to.patch.erase(to.patch.begin() + static_cast<std::ptrdiff_t>(i));
    i = 0;
  }
  // A field that goes with another one (`together`) and was empty before is no loss: the API empties it again
  // when the other one goes back.
  std::erase_if(losses, [&](const undo_loss& loss) {
    return loss.why == undo_obstacle::not_nullable && std::ranges::any_of(to.patch, [&](const auto& e) {
             if (!e.of->field) return false;
             const auto& partners = profile_[*e.of->field].together;
             return std::ranges::any_of(partners,
                                        [&](field_index f) { return profile_[f].name == loss.field; });
           });
  });
}

void undo_builder::append_job(std::string& to, std::string_view id, const plan& back,
                              bool before_doubt) const {
  std::string line = "{";
  append_member(line, profile_.id_column, json_string(id));
  std::string patch = "{", expect = "{";
  const trace* expected_last = nullptr;
  for (const auto& e : back.patch) {
    append_member(patch, e.name, e.json);
    const auto& left = before_doubt && e.of->left_before_doubt ? *e.of->left_before_doubt : e.of->left;
    // Both verbs of a list belong to the same trace, one behind the other; the list is expected once.
    if (e.expects && e.of != expected_last) append_member(expect, e.of->name, left.json);
    expected_last = e.of;
  }
  append_member(line, "patch", patch + "}");
  if (expect.size() > 1) append_member(line, "expect", expect + "}");
  to += line + "}\n";
}

}  // namespace pawl::plan

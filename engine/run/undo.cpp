#include "engine/run/undo.hpp"

#include "engine/api/json_text.hpp"
#include "engine/input/json_text.hpp"
#include "engine/model/text.hpp"

#include <algorithm>

namespace pawl::run {
namespace {

constexpr std::string_view null_json = "null";

struct member {
  std::string name;
  std::string_view json;
};

// Members of an object in canonical text; `text` is parsed into `bytes`.
expected<std::vector<member>> members_of(std::string_view text, input::json_reader& reader,
                                         byte_arena& bytes) {
  const auto value = reader.value(text, bytes);
  if (!value || value->kind != input::json_kind::object)
    return failure{failure_kind::mend, "",
                   "the values of an intent are not a JSON object" +
                       (value ? std::string{} : " (" + reader.problem() + ")"),
                   "the ledger was edited or is damaged: restore it from a copy"};
  std::vector<member> members;
  input::json_items items(value->text);
  std::string_view key;
  input::json_value one;
  while (items.next(key, one)) members.push_back({std::string{input::string_content(key, bytes)}, one.text});
  return members;
}

const member* find(const std::vector<member>& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, &member::name);
  return found == members.end() ? nullptr : &*found;
}

template <class Each>
void for_each_item(std::string_view list, Each each) {
  if (list.empty() || list.front() != '[') return;  // null is the empty set
  input::json_items items(list);
  std::string_view key;
  input::json_value one;
  while (items.next(key, one)) each(one.text);
}

void append_member(std::string& to, std::string_view name, std::string_view json) {
  if (to.back() != '{') to += ',';
  append_json_string(to, name);
  to += ':';
  to += json;
}

}  // namespace

struct undo_builder::plan {
  struct entry {
    const trace* of = nullptr;
    std::string name, json;
    bool expects = false;
    bool moves = true;  // false: it only keeps the others company
  };
  std::vector<entry> patch;
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
  if (profile_[f].compare != api::comparison::set) return false;
  const auto has = [&](api::set_verb verb) {
    return std::ranges::any_of(
        profile_.fields, [&](const api::field_spec& s) { return s.verb == verb && s.verb_target == f; });
  };
  return has(api::set_verb::add_ids) && has(api::set_verb::remove_ids);
}

status undo_builder::add(std::string_view old_values, std::string_view new_values, bool certain) {
  bytes_.clear();
  auto before = members_of(old_values, json_, bytes_);
  if (!before) return std::move(before.error());
  auto after = members_of(new_values, json_, bytes_);
  if (!after) return std::move(after.error());
  for (const auto& [name, json] : *after) {
    const auto* old = find(*before, name);
    write(trace_of(name), old == nullptr ? std::nullopt : std::optional{old->json}, json, certain);
  }
  // What was seen and not written may be what an old value needs (a date beside its state).
  for (const auto& [name, json] : *before) {
    if (find(*after, name) != nullptr) continue;
    auto& seen = trace_of(name);
    if (!seen.is_written && !seen.old_value) seen.old_value = std::string{json};
  }
  return {};
}

void undo_builder::write(trace& to, std::optional<std::string_view> old_value, std::string_view new_value,
                         bool certain) {
  // A value that was only seen before counts: it is older than this write.
  if (!to.is_written && !to.old_value && old_value) to.old_value = std::string{*old_value};
  if (to.is_set && old_value) follow_elements(to, *old_value, new_value);
  if (!certain && to.is_written && to.left_certainly) to.left_before_doubt = to.left;
  if (certain) to.left_before_doubt.reset();
  to.left = new_value;
  to.left_certainly = certain;
  to.is_written = true;
}

void undo_builder::follow_elements(trace& to, std::string_view old_value, std::string_view new_value) {
  std::vector<std::string_view> before, after;
  for_each_item(old_value, [&](std::string_view e) { before.push_back(e); });
  for_each_item(new_value, [&](std::string_view e) { after.push_back(e); });
  const auto in = [](const std::vector<std::string_view>& set, std::string_view e) {
    return std::ranges::find(set, e) != set.end();
  };
  // What the read before this write shows is the truth about the writes before it, and about other people.
  for (auto& known : to.elements) known.is_there = in(before, known.json);
  const auto moved = [&](std::string_view e, bool is_there) {
    const auto known = std::ranges::find(to.elements, e, &element::json);
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

bool undo_builder::same(const trace& of, std::string_view a, std::string_view b) {
  const auto how = of.field ? profile_[*of.field].compare : api::comparison::exact;
  return comparer_.compare(how, a, b) == api::equality::equal;
}

undo_result undo_builder::finish(std::string_view id) {
  undo_result result;
  plan back;
  plan_way_back(back, result.losses);
  if (!back.patch.empty()) {
    append_job(result.lines, id, back, false);
    ++result.jobs;
    const bool in_doubt =
        std::ranges::any_of(back.patch, [](const auto& e) { return e.of->left_before_doubt.has_value(); });
    if (in_doubt) {
      append_job(result.lines, id, back, true);
      ++result.jobs;
    }
  }
  traces_.clear();
  return result;
}

void undo_builder::plan_way_back(plan& to, std::vector<undo_loss>& losses) {
  // In the order of the profile, passed fields last, as a job has them.
  std::ranges::stable_sort(traces_, [](const trace& a, const trace& b) {
    const auto place = [](const trace& t) { return to_index(t.field.value_or(passed_field)); };
    return place(a) < place(b);
  });
  for (const auto& one : traces_)
    if (one.is_written) one.is_set ? plan_elements(one, to, losses) : plan_field(one, to, losses);
  if (std::ranges::none_of(to.patch, &plan::entry::moves)) to.patch.clear();
  check_needs(to, losses);
}

// There and back again within the run, or sent as it was.
void undo_builder::plan_company(const trace& one, plan& to) const {
  if (profile_.body_is != api::body_content::row) return;
  to.patch.push_back({&one, one.name, *one.old_value, one.field && names_.can_expect(*one.field), false});
}

void undo_builder::plan_field(const trace& one, plan& to, std::vector<undo_loss>& losses) {
  const auto* spec = one.field ? &profile_[*one.field] : nullptr;
  const bool hidden =
      spec != nullptr && (spec->compare == api::comparison::none || spec->verb != api::set_verb::none);
  if (hidden || !one.old_value) {
    losses.push_back({one.name, undo_obstacle::not_shown});
    return;
  }
  // A doubtful last write leaves something to undo.
  if (one.left_certainly && same(one, *one.old_value, one.left)) {
    plan_company(one, to);
    return;
  }
  if (spec != nullptr) {
    const input::json_value value{input::kind_of(*one.old_value), *one.old_value};
    if (value.kind == input::json_kind::null && !spec->nullable) {
      losses.push_back({one.name, undo_obstacle::not_nullable});
      return;
    }
    if (!typer_.check(names_.rule(*one.field), spec->nullable, value)) {
      losses.push_back({one.name, undo_obstacle::not_accepted});
      return;
    }
  }
  to.patch.push_back({&one, one.name, *one.old_value, spec != nullptr && names_.can_expect(*one.field)});
}

void undo_builder::plan_elements(const trace& one, plan& to, std::vector<undo_loss>& losses) {
  if (!one.old_value) {
    losses.push_back({one.name, undo_obstacle::not_shown});
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
    // A doubtful write may not have added what stands there now: then the whole set says whether it was.
    to.patch.push_back({&one, spec->name, *list + "]", !one.left_certainly});
  }
  if (add.size() == 1 && remove.size() == 1) plan_company(one, to);
}

// Removes what cannot go back alone, and adds what an old value needs and the read has shown.
void undo_builder::check_needs(plan& to, std::vector<undo_loss>& losses) {
  for (std::size_t i = 0; i < to.patch.size();) {
    const auto* one = to.patch[i].of;
    bool good = true;
    if (one->field && !one->is_set)
      for (const auto& need : profile_[*one->field].requires_) {
        if (need.when_json != to.patch[i].json || to.entry_of(need.needs) != nullptr) continue;
        const auto& name = profile_[need.needs].name;
        const auto seen = std::ranges::find(traces_, name, &trace::name);
        if (seen == traces_.end() || !seen->old_value || *seen->old_value == null_json) {
          good = false;
          break;
        }
        to.patch.push_back({&*seen, name, *seen->old_value, false});
      }
    if (good) {
      ++i;
      continue;
    }
    losses.push_back({one->name, undo_obstacle::needs_another});
    to.patch.erase(to.patch.begin() + static_cast<std::ptrdiff_t>(i));
    i = 0;
  }
  // A field that goes with another (`together`) and was empty before: the API empties it again when that one
  // goes back, so it is no loss.
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
    // Both verbs of a list stand on the same trace, one after the other: it is expected once.
    if (e.expects && e.of != expected_last) append_member(expect, e.of->name, left);
    expected_last = e.of;
  }
  append_member(line, "patch", patch + "}");
  if (expect.size() > 1) append_member(line, "expect", expect + "}");
  to += line + "}\n";
}

}  // namespace pawl::run

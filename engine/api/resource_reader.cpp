#include "engine/api/member_values.hpp"
#include "engine/api/resource_reader_impl.hpp"
#include "engine/api/sent_together.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/value_object.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/printable.hpp"

#include <algorithm>
#include <cassert>
#include <string>

namespace pawl::api {
namespace {

constexpr std::size_t max_reason = 256;         // of each value in a reason; chosen: it stands in one line
constexpr std::size_t most_values_kept = 4096;  // chosen: far over any patch that is written by hand
constexpr std::size_t longest_moment = 256;     // of updated_at; chosen: a time stamp has some 30 bytes

std::uint32_t path_of_condition(const profile& p, std::size_t condition) noexcept {
  return static_cast<std::uint32_t>(p.fields.size() + condition) + 2;
}

std::vector<shown_place> all_places(const profile& p, std::span<const precondition> only_if) {
  std::vector<shown_place> places{{p.reply.id, {}}, {p.reply.updated_at, {}}};
  for (const auto& f : p.fields) places.push_back(place_of(f));
  for (const auto& condition : only_if) places.push_back({condition.path, codec_of(p, condition.field)});
  for (auto& guard : guard_places(p)) places.push_back({std::move(guard.path), {}});
  return places;
}

// A condition without its field: the text that follows "expected".
std::string expectation(const precondition& p) {
  auto text = to_string(p);
  if (const auto field = p.field + ' '; text.starts_with(field)) text.erase(0, field.size());
  if (text.starts_with("= ")) text.erase(0, 2);
  return text;
}

template <class Text>
void start_over(Text& text, std::size_t most) {
  text.clear();
  if (text.capacity() > most) text = Text{};
}

void clear(write_plan& p) {
  start_over(p.wanted, most_values_kept);
  start_over(p.send, most_values_kept);
  for (auto* text :
       {&p.old_values, &p.new_values, &p.body, &p.pre_image, &p.updated_at, &p.unmet, &p.unmet_condition})
    start_over(*text, most_kept_json);
  p.unnamed.clear();
  p.unnamed_others = false;
  p.shown = verified::none;
  p.complete = false;
  p.sets.clear();
  p.guards.clear();
}

}  // namespace

resource_reader::impl::impl(const profile& p, std::span<const precondition> conditions,
                            const name_directory* directory, bool force,
                            std::span<const std::string> fill_empty)
    : api(p),
      guarded(guard_places(p)),
      only_if(conditions),
      names(directory),
      force_unechoed(force),
      sent_with(sent_together(p)),
      company(changed_together(p)),
      root(p.reply.read_root),
      found(all_places(p, conditions)),
      whole(p),
      row_places(needs_members_beside(p) == nullptr ? std::nullopt : std::optional{field_places(p)}),
      is_asked(2 + p.fields.size() + conditions.size() + guarded.size(), 0),
      position(p.fields.size(), nowhere) {
  for (const auto& name : fill_empty)
    if (const auto field = p.find(name)) {
      only_where_empty.resize(p.fields.size(), 0);
      only_where_empty[to_index(*field)] = 1;
    }
  for (const auto& condition : only_if) {
    expectations.push_back(expectation(condition));
    assert(condition.is != precondition::test::has_name || names != nullptr);
    auto by_id = names == nullptr ? condition : resolve_name(condition, *names);
    assert(by_id);
    resolved.push_back(by_id ? *std::move(by_id) : condition);
  }
}

void resource_reader::impl::start_asking() {
  for (const auto path : asked) is_asked[path] = 0;
  asked.clear();
  ask(id_path);
  ask(updated_at_path);
}

// Asks for each path once: json_locator would look for a path twice.
void resource_reader::impl::ask(std::uint32_t path) {
  if (is_asked[path] != 0) return;
  is_asked[path] = 1;
  asked.push_back(path);
}

readability resource_reader::impl::without_resource(resource_root::found is) {
  if (is == resource_root::found::unreadable) return readability::unreadable;
  trouble = root.in_words();
  return readability::misshapen;
}

readability resource_reader::impl::look(std::string_view resource, source from, std::string_view id) {
  if (!found.locate(parser, resource, asked)) return readability::unreadable;
  const auto& shown_id = found[id_path];
  if (from == source::matched_item || api.reply.id.empty() || shows_id(shown_id, id, api.reply))
    return readability::readable;
  if (shown_id.is != located::kind::absent) append_printable_shown(trouble, shown_id, max_reason);
  return readability::other_id;
}

// Compares a field, and treats an absent value as null (but not an absent list).
equality resource_reader::impl::compare(field_index f, std::string_view wanted) {
  const auto& here = at(f);
  const auto& field = api[f];
  auto is = equality::malformed;
  if (here.is != located::kind::absent)
    is = compare_shown(comparer, field.compare, wanted, here);
  else if (!must_be_shown(field))
    is = comparer.compare(field.compare, wanted, "null");
  if (is == equality::malformed) spoil(here, field.name);
  return is;
}

// Lists the patch with its set verbs turned into full sets.
bool resource_reader::impl::list_wanted(const job_view& job, write_plan& plan) {
  for (const auto& v : job.patch) {
    if (!is_known(v.field) || api[v.field].verb == set_verb::none) {
      if (is_known(v.field)) position[to_index(v.field)] = static_cast<std::uint32_t>(plan.wanted.size());
      plan.wanted.push_back(v);
      continue;
    }
    const auto target = api[v.field].verb_target;
    if (std::ranges::find(job.patch, target, &field_value::field) != job.patch.end()) {
      assert(false && "validation keeps a full set and verbs of it apart");
      return false;
    }
    auto& place = position[to_index(target)];
    if (place != nowhere) continue;  // an earlier verb of the same target took this one along
    if (!is_shown(target) || !set.begin(at(target), api[target].compare)) {
      spoil(at(target), api[target].name);
      return false;
    }
    for (const auto& other : job.patch) {
      if (!is_known(other.field)) continue;
      const auto& spec = api[other.field];
      if (spec.verb == set_verb::none || spec.verb_target != target) continue;
      if (!set.apply(spec.verb, other.json, names)) {
        assert(false && "names are resolved before the first job");
        return false;
      }
    }
    const auto full = set.finish(plan.sets);
    // Elements that can be joined each may not be told apart together.
    if (api[target].wire == wire_form::joined && !field_codec(api[target]).why_not_written(full).empty()) {
      spoil(at(target), api[target].name);
      return false;
    }
    place = static_cast<std::uint32_t>(plan.wanted.size());
    plan.wanted.push_back({target, api[target].name, full});
  }
  return true;
}

void resource_reader::impl::say_unmet(write_plan& plan, std::string_view field, const located* here,
                                      std::string_view expected) {
  plan.unmet_condition.append(field).append(", expected ");
  append_printable(plan.unmet_condition, expected, max_reason);
  auto& to = plan.unmet;
  to += field;
  to += " is ";
  if (here == nullptr)
    to += "not shown";
  else
    append_printable_shown(to, *here, max_reason);
  to += ", expected ";
  append_printable(to, expected, max_reason);
}

bool resource_reader::impl::check(const job_view& job, wall_time now, write_plan& plan) {
  for (const auto& v : job.expect) {
    const bool can_tell = is_shown(v.field);
    const auto is = can_tell ? compare(v.field, v.json) : equality::different;
    if (is == equality::malformed) return false;
    if (is == equality::different && plan.unmet.empty())
      say_unmet(plan, v.name, can_tell ? &at(v.field) : nullptr, v.json);
  }
  for (std::size_t i = 0; i < resolved.size(); ++i) {
    const auto& here = found[path_of_condition(api, i)];
    const auto is = judge.judge(resolved[i], here, now);
    if (is == condition_state::malformed) {
      spoil(here, resolved[i].field);
      return false;
    }
    if (is == condition_state::fails && plan.unmet.empty())
      say_unmet(plan, resolved[i].field, &here, expectations[i]);
  }
  return true;
}

bool resource_reader::impl::shows_all(const job_view& job, const write_plan& plan) const {
  const auto stands_there = [this](const field_value& v) {
    return !is_shown(v.field) || is_as_described(at(v.field), api[v.field].type, api[v.field].values);
  };
  if (!std::ranges::all_of(plan.wanted, stands_there) || !std::ranges::all_of(job.expect, stands_there))
    return false;
  for (std::size_t i = 0; i < resolved.size(); ++i)
    if (!is_as_described(found[path_of_condition(api, i)], resolved[i].type, {})) return false;
  return true;
}

void resource_reader::impl::choose(std::uint32_t place, const write_plan& plan) {
  if (place >= plan.wanted.size() || chosen[place] != 0) return;
  chosen[place] = 1;
  to_visit.push_back(place);
}

bool resource_reader::impl::select(write_plan& plan) {
  const auto place_of = [this](field_index f) { return position[to_index(f)]; };
  chosen.assign(plan.wanted.size(), 0);
  to_visit.clear();
  plan.shown = verified::full;
  for (std::uint32_t i = 0; i < plan.wanted.size(); ++i) {
    const auto& v = plan.wanted[i];
    if (!is_shown(v.field)) {
      const auto host = is_known(v.field) ? api[v.field].rides_with : std::nullopt;
      if (!host || force_unechoed || place_of(*host) == nowhere)
        choose(i, plan);
      else
        plan.shown = verified::partial;
      continue;
    }
    const auto is = compare(v.field, v.json);
    if (is == equality::malformed) return false;
    if (is == equality::different) choose(i, plan);
    if (at(v.field).is == located::kind::absent) plan.shown = verified::partial;
  }
  if (is_more_than_changes() && !to_visit.empty())
    for (std::uint32_t i = 0; i < plan.wanted.size(); ++i) choose(i, plan);
  while (!to_visit.empty()) {
    const auto& v = plan.wanted[to_visit.back()];
    to_visit.pop_back();
    if (!is_known(v.field)) continue;
    for (const auto other : sent_with[to_index(v.field)]) choose(place_of(other), plan);
    for (const auto& need : api[v.field].requires_)
      if (v.json == need.when_json) choose(place_of(need.needs), plan);
  }
  for (std::size_t i = 0; i < plan.wanted.size(); ++i)
    if (chosen[i] != 0) plan.send.push_back(plan.wanted[i]);
  if (!plan.send.empty()) plan.shown = verified::none;
  return true;
}

void resource_reader::impl::read_updated_at(std::string& to) {
  to.clear();
  const auto& here = found[updated_at_path];
  if (here.is != located::kind::value || here.text == "null" || here.text.size() > longest_moment) return;
  // The ledger stores this as JSON, so the value must be sound. (A plain string is: its characters have been
  // checked.)
  const bool plain = is_string_token(here.text) && here.text.find('\\') == std::string_view::npos;
  const bool sound = plain || append_normal_form(to, here.text);
  to.assign(sound ? here.text : std::string_view{});
}

bool resource_reader::impl::shows_value(field_index f) {
  if (!is_shown(f) || at(f).is != located::kind::value || at(f).text == "null") return false;
  return comparer.compare(comparison::exact, "null", at(f).text) != equality::malformed;
}

// Of an object of which only some members are written, the old values of these. `wanted` is empty for a field
// that is not written.
void resource_reader::impl::append_old(std::string& to, field_index f, std::string_view wanted) {
  if (to.size() > 1) to += ',';
  append_json_string(to, api[f].name);
  to += ':';
  if (api[f].compare == comparison::members && !wanted.empty() && at(f).is == located::kind::value)
    append_part(to, wanted, at(f).text);
  else
    append_shown(to, at(f));
}

void resource_reader::impl::record(write_plan& plan) {
  append_values(plan.new_values, plan.send);
  beside.clear();
  plan.old_values += '{';
  for (const auto& v : plan.send) {
    if (!is_shown(v.field)) continue;
    append_old(plan.old_values, v.field, v.json);
    // A write may change other fields of its group by the way: a state that is left takes its date along.
    for (const auto partner : company[to_index(v.field)])
      if (std::ranges::find(plan.send, partner, &field_value::field) == plan.send.end() &&
          std::ranges::find(beside, partner) == beside.end() && shows_value(partner))
        beside.push_back(partner);
  }
  for (const auto partner : beside) append_old(plan.old_values, partner, {});
  plan.old_values += '}';
  read_updated_at(plan.updated_at);
  if (!guarded.empty()) take_guards(plan);
}

readability resource_reader::impl::make_plan(std::string_view body, source from, const job_view& job,
                                             wall_time now, write_plan& plan) {
  clear(plan);
  trouble.clear();
  if (const auto is = find_resource(body, from); is != readability::readable) return is;
  start_asking();
  for (const auto& v : job.patch) {
    if (!is_known(v.field)) continue;
    ask_for(api[v.field].verb == set_verb::none ? v.field : api[v.field].verb_target);
    for (const auto partner : company[to_index(v.field)]) ask_for(partner);
  }
  for (const auto& v : job.expect) ask_for(v.field);
  if (is_more_than_changes())
    for (std::size_t i = 0; i < api.fields.size(); ++i) ask_for(static_cast<field_index>(i));
  for (std::size_t i = 0; i < resolved.size(); ++i) ask(path_of_condition(api, i));
  for (std::size_t i = 0; i < guarded.size(); ++i)
    if (!guarded[i].path.empty()) ask(path_of_guard(i));

  auto is = look(body, from, job.id);
  if (is == readability::readable) {
    if (list_wanted(job, plan) && check(job, now, plan) && leave_what_has_a_value(plan) && select(plan)) {
      if (plan.send.empty() && left && plan.unmet.empty())
        say_unmet(plan, api[*left].name, &at(*left), "no value");
      record(plan);
      plan.complete = shows_all(job, plan);
      is = take_whole(body, plan);
    } else {
      is = spoiled;
    }
    for (const auto& v : plan.wanted)
      if (is_known(v.field)) position[to_index(v.field)] = nowhere;
  }
  if (is != readability::readable) clear(plan);
  return is;
}

resource_reader::resource_reader(const profile& p, std::span<const precondition> only_if,
                                 const name_directory* names, bool force_unechoed,
                                 std::span<const std::string> fill_empty)
    : impl_(std::make_unique<impl>(p, only_if, names, force_unechoed, fill_empty)) {}
std::string_view resource_reader::trouble() const noexcept {
  return impl_->trouble;
}
resource_reader::resource_reader(resource_reader&&) noexcept = default;
resource_reader::~resource_reader() = default;

readability resource_reader::make_plan(std::string_view body, reply_part part, const job_view& job,
                                       wall_time now, write_plan& into) {
  return impl_->make_plan(body, impl::source_of(part), job, now, into);
}

readability resource_reader::make_plan_of_item(std::string_view item, const job_view& job, wall_time now,
                                               write_plan& into) {
  return impl_->make_plan(item, impl::source::item, job, now, into);
}

readability resource_reader::send_all(std::string_view body, reply_part part, write_plan& into) {
  return impl_->send_all(body, impl::source_of(part), into);
}

second_look resource_reader::look_again(std::string_view body, reply_part part, std::string_view id,
                                        std::span<const field_value> sent, std::string_view old_values,
                                        std::string_view updated_at) {
  return impl_->look_again(body, impl::source_of(part), id, sent, old_values, updated_at);
}

}  // namespace pawl::api

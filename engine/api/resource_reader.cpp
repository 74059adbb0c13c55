#include "engine/api/resource_reader.hpp"

#include "engine/api/companions.hpp"
#include "engine/api/condition.hpp"
#include "engine/api/json_compare.hpp"
#include "engine/api/set_verbs.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/value_object.hpp"
#include "engine/api/whole_resource.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/printable.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <string>

namespace pawl::api {
namespace {

constexpr std::size_t max_shown = 1024;         // of a second look: as in an echo_report
constexpr std::size_t max_reason = 256;         // of each value in a reason; chosen: it stands in one line
constexpr std::size_t most_kept = 256 * 1024;   // bytes; as json_locator gives its memory back
constexpr std::size_t most_values_kept = 4096;  // chosen: far over any patch that is written by hand
constexpr std::size_t longest_moment = 256;     // of updated_at; chosen: a time stamp has some 30 bytes
constexpr std::uint32_t nowhere = ~std::uint32_t{0};

// Positions in the locator's path list: the fields come behind these two, the conditions behind the fields.
constexpr std::uint32_t id_path = 0, updated_at_path = 1;
constexpr std::uint32_t path_of(field_index f) noexcept {
  return static_cast<std::uint32_t>(to_index(f)) + 2;
}

std::uint32_t path_of_condition(const profile& p, std::size_t condition) noexcept {
  return static_cast<std::uint32_t>(p.fields.size() + condition) + 2;
}

std::vector<json_path> all_paths(const profile& p, std::span<const precondition> only_if) {
  std::vector<json_path> paths{p.reply.id, p.reply.updated_at};
  for (const auto& f : p.fields) paths.push_back(is_echoed(f) ? f.echo : json_path{});
  for (const auto& condition : only_if) paths.push_back(condition.path);
  return paths;
}

bool is_list(const field_spec& f) {
  return f.compare == comparison::set ||
         std::ranges::any_of(f.echo, [](const path_step& step) { return step.each; });
}

// A reply shows it under the name by which it is written.
bool stands_under_its_name(const field_spec& f) {
  return f.echo.size() == 1 && !f.echo.front().each && f.echo.front().key == f.name;
}

// A condition without its field: what stands behind "expected".
std::string expectation(const precondition& p) {
  auto text = to_string(p);
  if (const auto field = p.field + ' '; text.starts_with(field)) text.erase(0, field.size());
  if (text.starts_with("= ")) text.erase(0, 2);
  return text;
}

// Whether what stands there is of the type that the profile says, or null: a number where a word is expected
// is a value of another form, which says nothing of the field.
bool is_as_described(const located& here, field_type type, std::span<const std::string> words) {
  if (here.is == located::kind::list) return type == field_type::list;
  if (here.is != located::kind::value || here.text.empty()) return false;
  const char first = here.text.front();
  if (here.text == "null") return true;
  switch (type) {
    case field_type::enumeration:
      return first == '"' && (words.empty() || std::ranges::any_of(words, [&here](const std::string& word) {
                                return string_token_says(here.text, word);
                              }));
    case field_type::string:
    case field_type::timestamp:
      return first == '"';
    case field_type::boolean:
      return first == 't' || first == 'f';
    case field_type::number:
      return first == '-' || (first >= '0' && first <= '9');
    case field_type::list:
      return first == '[';
    case field_type::object:
      return first == '{';
    case field_type::json:
      break;
  }
  return true;
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
       {&p.old_values, &p.new_values, &p.body, &p.pre_image, &p.updated_at, &p.unmet, &p.unmet_rule})
    start_over(*text, most_kept);
  p.unnamed.clear();
  p.unnamed_others = false;
  p.shown = verified::none;
  p.complete = false;
  p.sets.clear();
}

}  // namespace

struct resource_reader::impl {
  impl(const profile&, std::span<const precondition>, const name_directory*, bool force);

  reading make_plan(std::string_view body, const job_view&, wall_time now, write_plan&);
  reading send_all(std::string_view body, write_plan&);
  second_look look_again(std::string_view body, std::string_view id, std::span<const field_value> sent,
                         std::string_view old_values, std::string_view updated_at);

  std::string trouble;  // of the last body that was not readable

 private:
  bool is_known(field_index f) const { return f != passed_field && to_index(f) < api.fields.size(); }
  bool is_shown(field_index f) const { return is_known(f) && is_echoed(api[f]); }
  const located& at(field_index f) const { return found[path_of(f)]; }

  void start_asking();
  void ask(std::uint32_t path);
  void ask_for(field_index f) {
    if (is_shown(f)) ask(path_of(f));
  }
  reading look(std::string_view body, std::string_view id);
  equality compare(field_index, std::string_view wanted);

  bool list_wanted(const job_view&, write_plan&);
  bool check(const job_view&, wall_time now, write_plan&);
  bool shows_all(const job_view&, const write_plan&) const;
  void spoil(const located& here, std::string_view field) {
    spoiled = is_sound(here) ? reading::misshapen : reading::unreadable;
    trouble = field;
  }
  void say_unmet(write_plan&, std::string_view field, const located*, std::string_view expected);
  bool select(write_plan&);
  void choose(std::uint32_t position, const write_plan&);
  bool shows_value(field_index);
  void append_old(std::string& to, field_index);
  void record(write_plan&);
  bool is_more_than_changes() const {
    return api.body_is == body_content::row || api.body_is == body_content::whole;
  }
  bool take_whole(std::string_view body, write_plan&);
  void add_shown_elsewhere(const write_plan&);
  void list_unnamed(std::string_view body, write_plan&);
  bool has_same_moment(std::string_view before);
  void read_updated_at(std::string& to);

  const profile& api;
  std::span<const precondition> only_if;
  std::vector<precondition> resolved;  // only_if with ids instead of names
  std::vector<std::string> expectations;
  const name_directory* names;
  const bool force_unechoed;
  std::vector<std::vector<field_index>> sent_with;  // by field

  json_parser parser;
  json_locator found;
  json_comparer comparer;
  condition_judge judge;
  set_builder set;
  whole_resource whole;
  std::vector<std::uint32_t> asked;
  std::vector<char> is_asked;  // by path

  // Of the plan that is being made.
  std::vector<std::uint32_t> position;  // by field, in `wanted`
  std::vector<char> chosen;             // by position
  std::vector<std::uint32_t> to_visit;  // chosen, companions not looked at yet
  std::vector<field_index> beside;      // old values of fields that are not sent
  std::vector<field_value> before;      // old values of a second look
  std::vector<field_value> put;         // into the whole resource
  byte_arena put_texts;
  std::string shown, now_at;
  reading spoiled = reading::misshapen;  // what the value makes of the body that could not be compared last
};

resource_reader::impl::impl(const profile& p, std::span<const precondition> conditions,
                            const name_directory* directory, bool force)
    : api(p),
      only_if(conditions),
      names(directory),
      force_unechoed(force),
      sent_with(companions(p)),
      found(all_paths(p, conditions)),
      whole(p),
      is_asked(2 + p.fields.size() + conditions.size(), 0),
      position(p.fields.size(), nowhere) {
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

// A path that is asked for twice would be found twice.
void resource_reader::impl::ask(std::uint32_t path) {
  if (is_asked[path] != 0) return;
  is_asked[path] = 1;
  asked.push_back(path);
}

reading resource_reader::impl::look(std::string_view body, std::string_view id) {
  trouble.clear();
  if (!found.locate(parser, body, asked)) return reading::unreadable;
  const auto& shown_id = found[id_path];
  if (api.reply.id.empty() || shows_id(shown_id, id, api.reply)) return reading::readable;
  if (shown_id.is != located::kind::absent) append_printable_shown(trouble, shown_id, max_reason);
  return reading::other_id;
}

// With the rule for what is absent.
equality resource_reader::impl::compare(field_index f, std::string_view wanted) {
  const auto& here = at(f);
  const auto& field = api[f];
  auto is = equality::malformed;
  if (here.is != located::kind::absent)
    is = compare_shown(comparer, field.compare, wanted, here);
  else if (!is_list(field))
    is = comparer.compare(field.compare, wanted, "null");
  if (is == equality::malformed) spoil(here, field.name);
  return is;
}

// The patch with its set verbs as full sets.
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
    if (!is_shown(target) || !set.begin(at(target))) {
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
    place = static_cast<std::uint32_t>(plan.wanted.size());
    plan.wanted.push_back({target, api[target].name, set.finish(plan.sets)});
  }
  return true;
}

void resource_reader::impl::say_unmet(write_plan& plan, std::string_view field, const located* here,
                                      std::string_view expected) {
  plan.unmet_rule.append(field).append(", expected ");
  append_printable(plan.unmet_rule, expected, max_reason);
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
  // It goes into the ledger as JSON, so only what is sound. (A plain string is: its characters are checked.)
  const bool plain = is_string_token(here.text) && here.text.find('\\') == std::string_view::npos;
  const bool sound = plain || append_normal_form(to, here.text);
  to.assign(sound ? here.text : std::string_view{});
}

bool resource_reader::impl::shows_value(field_index f) {
  if (!is_shown(f) || at(f).is != located::kind::value || at(f).text == "null") return false;
  return comparer.compare(comparison::exact, "null", at(f).text) != equality::malformed;
}

void resource_reader::impl::append_old(std::string& to, field_index f) {
  if (to.size() > 1) to += ',';
  append_json_string(to, api[f].name);
  to += ':';
  append_shown(to, at(f));
}

void resource_reader::impl::record(write_plan& plan) {
  append_values(plan.new_values, plan.send);
  beside.clear();
  plan.old_values += '{';
  for (const auto& v : plan.send) {
    if (!is_shown(v.field)) continue;
    append_old(plan.old_values, v.field);
    // What goes together may be changed by the way: a state that is left takes its date along.
    for (const auto partner : api[v.field].together)
      if (std::ranges::find(plan.send, partner, &field_value::field) == plan.send.end() &&
          std::ranges::find(beside, partner) == beside.end() && shows_value(partner))
        beside.push_back(partner);
  }
  for (const auto partner : beside) append_old(plan.old_values, partner);
  plan.old_values += '}';
  read_updated_at(plan.updated_at);
}

// What a write of the whole resource has to name beside the row's values: fields that are written under one
// name and shown under another, for the shown place says nothing to a server that takes the name.
void resource_reader::impl::add_shown_elsewhere(const write_plan& plan) {
  put = plan.send;
  put_texts.clear();
  std::string text;
  for (std::size_t i = 0; i < api.fields.size(); ++i) {
    const auto f = static_cast<field_index>(i);
    const auto& field = api[f];
    if (!is_shown(f) || stands_under_its_name(field) ||
        std::ranges::find(put, f, &field_value::field) != put.end())
      continue;
    const auto& here = at(f);
    const bool is_null = here.is == located::kind::value && here.text == "null";
    if (here.is == located::kind::absent || here.is == located::kind::broken || (is_null && !field.nullable))
      continue;
    text.clear();
    append_shown(text, here);
    put.push_back({f, field.name, put_texts.copy(text)});
  }
}

void resource_reader::impl::list_unnamed(std::string_view body, write_plan& plan) {
  for (std::size_t i = 0; i < api.fields.size(); ++i) {
    const auto f = static_cast<field_index>(i);
    if (is_shown(f) && at(f).is != located::kind::absent && at(f).is != located::kind::broken &&
        !(at(f).is == located::kind::value && at(f).text == "null") &&
        std::ranges::find(plan.send, f, &field_value::field) == plan.send.end())
      plan.unnamed.push_back(f);
  }
  plan.unnamed_others = whole.has_undescribed(body, plan.send);
}

// For a body that holds more than the changes. False: what was read cannot be sent back.
bool resource_reader::impl::take_whole(std::string_view body, write_plan& plan) {
  if (!is_more_than_changes() || plan.send.empty()) return true;
  const bool sound = whole.is_sound(body);
  if (api.body_is == body_content::row) {
    // The row alone is sent, so that what is odd about the rest is no obstacle.
    if (!sound) return true;
    list_unnamed(body, plan);
  } else if (!sound) {
    return false;
  }
  add_shown_elsewhere(plan);
  if (api.body_is == body_content::whole) whole.compose(plan.body, body, put);
  // The old values by the names of their fields first.
  shown.assign(plan.old_values, 0, plan.old_values.size() - 1);
  for (const auto& v : std::span(put).subspan(plan.send.size()))
    if (std::ranges::find(beside, v.field) == beside.end()) append_old(shown, v.field);
  shown += '}';
  whole.append_rest(plan.pre_image, shown, body);
  return true;
}

reading resource_reader::impl::send_all(std::string_view body, write_plan& plan) {
  plan.send = plan.wanted;
  plan.new_values.clear();
  append_values(plan.new_values, plan.send);
  const bool good = take_whole(body, plan);
  // What stands there may be what this job wrote: it is nothing to go back to.
  plan.pre_image.clear();
  return good ? reading::readable : reading::unreadable;
}

reading resource_reader::impl::make_plan(std::string_view body, const job_view& job, wall_time now,
                                         write_plan& plan) {
  clear(plan);
  start_asking();
  for (const auto& v : job.patch) {
    if (!is_known(v.field)) continue;
    ask_for(api[v.field].verb == set_verb::none ? v.field : api[v.field].verb_target);
    for (const auto partner : api[v.field].together) ask_for(partner);
  }
  for (const auto& v : job.expect) ask_for(v.field);
  if (is_more_than_changes())
    for (std::size_t i = 0; i < api.fields.size(); ++i) ask_for(static_cast<field_index>(i));
  for (std::size_t i = 0; i < resolved.size(); ++i) ask(path_of_condition(api, i));

  auto is = look(body, job.id);
  if (is == reading::readable) {
    if (list_wanted(job, plan) && check(job, now, plan) && select(plan)) {
      record(plan);
      plan.complete = shows_all(job, plan);
      if (!take_whole(body, plan)) is = reading::unreadable;
    } else {
      is = spoiled;
    }
    for (const auto& v : plan.wanted)
      if (is_known(v.field)) position[to_index(v.field)] = nowhere;
  }
  if (is != reading::readable) clear(plan);
  return is;
}

bool resource_reader::impl::has_same_moment(std::string_view then) {
  return !then.empty() && !now_at.empty() &&
         comparer.compare(comparison::instant, then, now_at) == equality::equal;
}

second_look resource_reader::impl::look_again(std::string_view body, std::string_view id,
                                              std::span<const field_value> sent, std::string_view old_values,
                                              std::string_view updated_at) {
  start_asking();
  for (const auto& v : sent) ask_for(v.field);
  second_look look_now;
  if (const auto is = look(body, id); is != reading::readable) {
    look_now.is = is;
    return look_now;
  }

  before.clear();
  const bool was_read = !old_values.empty() && parse_values(old_values, api, before);
  const auto old_of = [&](field_index f) -> const std::string_view* {
    const auto known = std::ranges::find(before, f, &field_value::field);
    return was_read && known != before.end() ? &known->json : nullptr;
  };

  const located* contradiction = nullptr;
  bool all_wanted = !sent.empty(), any_wanted = false, was_other = false;
  bool all_old = true, text_untouched = false, wants_other = false;
  for (const auto& v : sent) {
    if (!is_shown(v.field)) {
      all_wanted = false;
      continue;
    }
    const auto how = api[v.field].compare;
    const bool absent = at(v.field).is == located::kind::absent;
    const auto* old = old_of(v.field);
    const auto is_wanted = compare(v.field, v.json);
    const auto is_old = old == nullptr ? equality::different : compare(v.field, *old);
    if (is_wanted == equality::malformed || is_old == equality::malformed) {
      look_now = {};
      look_now.is = is_wanted == equality::malformed ? spoiled : reading::misshapen;
      return look_now;
    }
    all_old = all_old && is_old == equality::equal;
    look_now.shows_other = look_now.shows_other || (old != nullptr && is_old == equality::different &&
                                                    is_wanted == equality::different);
    wants_other = wants_other || is_wanted == equality::different;

    if (is_wanted == equality::equal) {
      const bool changed = old != nullptr && comparer.compare(how, v.json, *old) == equality::different;
      was_other = was_other || changed;
      // Absent for a wanted null shows something only where a value stood there before.
      any_wanted = any_wanted || !absent || changed;
      all_wanted = all_wanted && !absent;
    } else {
      all_wanted = false;
      if (how == comparison::text) {
        // What stands there as before was not normalised: this write was not there.
        text_untouched = text_untouched || (old != nullptr && is_old == equality::equal &&
                                            comparer.compare(how, v.json, *old) == equality::different);
        continue;
      }
      if (contradiction == nullptr) {
        contradiction = &at(v.field);
        look_now.field = v.field;
      }
    }
  }

  look_now.is = reading::readable;
  read_updated_at(now_at);
  look_now.updated_at = now_at;
  look_now.shows_old = was_read && all_old && wants_other;
  look_now.is_unmoved = has_same_moment(updated_at);
  look_now.shows_wanted = contradiction == nullptr;
  if (look_now.shows_wanted) {
    look_now.how = all_wanted ? verified::full : any_wanted ? verified::partial : verified::none;
    if (was_other && !text_untouched) look_now.proven = second_look::proof::applied;
  } else {
    shown.clear();
    append_printable_shown(shown, *contradiction, max_shown);
    look_now.shown = shown;
    // The contradicting field shows that the write would have made a difference.
    if (was_read && all_old && has_same_moment(updated_at)) look_now.proven = second_look::proof::not_applied;
  }
  return look_now;
}

resource_reader::resource_reader(const profile& p, std::span<const precondition> only_if,
                                 const name_directory* names, bool force_unechoed)
    : impl_(std::make_unique<impl>(p, only_if, names, force_unechoed)) {}
std::string_view resource_reader::trouble() const noexcept {
  return impl_->trouble;
}
resource_reader::resource_reader(resource_reader&&) noexcept = default;
resource_reader::~resource_reader() = default;

reading resource_reader::make_plan(std::string_view body, const job_view& job, wall_time now,
                                   write_plan& into) {
  return impl_->make_plan(body, job, now, into);
}

reading resource_reader::send_all(std::string_view body, write_plan& into) {
  return impl_->send_all(body, into);
}

second_look resource_reader::look_again(std::string_view body, std::string_view id,
                                        std::span<const field_value> sent, std::string_view old_values,
                                        std::string_view updated_at) {
  return impl_->look_again(body, id, sent, old_values, updated_at);
}

}  // namespace pawl::api

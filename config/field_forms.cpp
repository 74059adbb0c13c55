#include "config/field_forms.hpp"

#include "config/profile_parts.hpp"
#include "config/request_holes.hpp"
#include "engine/api/value_template.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::config {
namespace {

using api::comparison;
using api::field_type;
using api::wire_form;

constexpr name_table<wire_form, 4> wire_names{{
    {"json", wire_form::json},
    {"string", wire_form::string},
    {"epoch_s", wire_form::epoch_s},
    {"epoch_ms", wire_form::epoch_ms},
}};
constexpr std::string_view join_mark = "join:";
constexpr std::string_view any_key = "*";

bool walks_a_list(const json_path& path) {
  return std::ranges::any_of(path, &path_step::each);
}

comparison default_comparison(const api::field_spec& field, const api::profile& profile) {
  if (!profile.reply.can_be_shown() && !profile.read_first) return comparison::none;
  return field.type == field_type::timestamp ? comparison::instant : comparison::exact;
}

// What is wrong with a place to write to; empty: nothing.
std::string_view flaw_of_place(const json_path& at, const api::field_spec& field) {
  if (at.empty()) return "is empty, and it says where the field is written";
  if (at.front().key.empty() && at.front().pick) return "begins with an element, and a resource is an object";
  for (const auto& step : at)
    if (step.pick && step.pick->member.empty() && step.pick->index != 0)
      return "picks an element behind others that are not written";
  if (at.back().pick && !at.back().pick->member.empty())
    return "ends at an element that a member picks, so the value would replace that member";
  if (walks_a_list(at) && field.type != field_type::list)
    return "walks a list (\"[]\"), but the field is no list";
  const auto walked = std::ranges::find_if(at, &path_step::each);
  if (walked != at.end() && std::any_of(walked + 1, at.end(), is_array))
    return "picks or walks elements inside of the elements of a list";
  return {};
}

bool has_any_key(const json_path& path) {
  return std::ranges::count(path, any_key, &path_step::key) == 1;
}

void read_wire(table_reader& in, api::field_spec& field) {
  const auto text = in.text("wire");
  if (!text) return;
  if (text->starts_with(join_mark)) {
    field.wire = wire_form::joined;
    field.separator = text->substr(join_mark.size());
    if (field.separator.empty())
      in.complain("wire", "joins the elements with nothing", "write the separator: \"join:,\"");
  } else if (const auto form = find_named(wire_names, *text)) {
    field.wire = *form;
  } else {
    in.complain("wire", "\"" + *text + "\" is not one of json, string, epoch_s, epoch_ms, join:SEPARATOR",
                "use one of these");
    return;
  }
  const auto is = field.type;
  if (field.wire == wire_form::joined && is != field_type::list)
    in.complain("wire", "only a list can be joined", "set type = \"list\", or another form");
  if (field.wire == wire_form::joined && walks_a_list(field.at))
    in.complain("wire", "stands beside an `at` that walks a list (\"[]\")", "use one of the two");
  const bool is_epoch = field.wire == wire_form::epoch_s || field.wire == wire_form::epoch_ms;
  if (is_epoch && is != field_type::timestamp)
    in.complain("wire", "only a timestamp can be a number of seconds or milliseconds",
                "set type = \"timestamp\", or another form");
  if (field.wire == wire_form::string &&
      (is == field_type::list || is == field_type::object || is == field_type::json))
    in.complain(
        "wire",
        (is == field_type::object ? "an " : "a ") + std::string{name_of(type_names, is)} + " has no text",
        is == field_type::list ? "write wire = \"join:,\", or remove it" : "remove it");
  if (field.wire != wire_form::json && !field.wire_values.empty())
    in.complain("wire", "stands beside a table of values, which says the form already",
                "write the values in the form of the wire, and remove this");
}

void read_send(table_reader& in, api::field_spec& field, const api::profile& profile) {
  const auto* send = in.find("send");
  if (send == nullptr) return;
  constexpr std::array allowed{api::hole::value};
  auto made = hole_reader(profile.variables).json(in, "send", send->value, allowed);
  if (!made) return;
  if (!api::has_hole(*made, api::hole::value))
    in.complain("send", "has no {value}, so every value would be written alike",
                "put \"{value}\" where the value stands");
  if (walks_a_list(field.at))
    in.complain("send", "stands beside an `at` that walks a list (\"[]\")", "use one of the two");
  if (made->is != api::json_template::kind::hole) field.send = *std::move(made);
}

void read_clear(table_reader& in, api::field_spec& field, const api::profile& profile, bool not_nullable) {
  const auto* clear = in.find("clear");
  if (clear == nullptr) return;
  auto json = json_of(in, "clear", clear->value, profile);
  if (!json) return;
  if (not_nullable)
    in.complain("clear", "says what clears the field, and nullable says that nothing does",
                "remove one of the two");
  const auto same = std::ranges::find_if(
      field.wire_values, [&json](const std::string& word) { return is_same_json(word, *json); });
  if (same != field.wire_values.end())
    in.complain(
        "clear",
        "is what stands for " + field.values[static_cast<std::size_t>(same - field.wire_values.begin())],
        "remove the word, and write null in its place");
  field.nullable = true;
  field.clear = *std::move(json);
}

void read_at(table_reader& in, api::field_spec& field) {
  const auto at = path_at(in, "at");
  field.at = at ? *at : json_path{{field.name, false}};
  if (!at) return;
  if (const auto flaw = flaw_of_place(field.at, field); !flaw.empty())
    in.complain("at", std::string{flaw}, "write it as fields.summary, custom[id=7].value or labels[].name");
  if (field.name == any_key && !has_any_key(field.at))
    in.complain("at", "does not say where the column's name goes", "write it as properties.*");
}

// What a reply shows must tell the value, also where that is a text around it.
void check_shown_part(table_reader& in, const api::field_spec& field) {
  using kind = api::json_template::kind;
  const auto* shown = api::shown_part(field);
  if (shown == nullptr) return;
  if (!api::has_hole(*shown, api::hole::value)) {
    // A `send` without the hole has a complaint already.
    if (api::has_hole(*field.send, api::hole::value))
      in.complain("echo", "leads to a part of `send` that has no {value}",
                  "write where a reply shows the value");
    return;
  }
  if (shown->is != kind::text) return;
  const auto remedy = "add an echo that shows the value itself, or compare = \"none\"";
  const bool is_text = field.type != field_type::object && field.type != field_type::json &&
                       (field.type != field_type::list || field.wire == wire_form::joined);
  if (!is_text)
    in.complain("send",
                std::string{"puts "} + (field.type == field_type::object ? "an " : "a ") +
                    std::string{name_of(type_names, field.type)} +
                    " into a text, out of which none can be read",
                remedy);
  else if (!api::around_value(*shown))
    in.complain("send", "has the value twice in a text, out of which it cannot be read", remedy);
}

void read_echo(table_reader& in, api::field_spec& field, const api::profile& profile, bool rides) {
  const auto compare = one_of(in, "compare", compare_names);
  const auto echo = path_at(in, "echo");
  const auto of_type = field.type == field_type::timestamp ? comparison::instant : comparison::exact;
  if (compare)
    field.compare = *compare;
  else if (rides)
    field.compare = echo ? of_type : comparison::none;
  else
    field.compare = echo ? of_type : default_comparison(field, profile);
  if (field.compare == comparison::none) {
    if (echo && !echo->empty())
      in.complain("echo", "is given, but the field is not compared", "remove echo, or set compare");
    return;
  }
  if (echo && echo->empty())
    in.complain("echo", "is empty, but the field is compared", "set compare = \"none\" as well");
  field.echo = echo ? *echo : field.at;
  if (field.send && !echo) {
    if (const auto inside = api::way_to_value(*field.send))
      field.echo.insert(field.echo.end(), inside->begin(), inside->end());
    else
      in.complain("send", "does not tell where a reply shows the value", "add echo = \"PATH\"");
  }
  check_shown_part(in, field);
  if (echo && field.name == any_key && !has_any_key(field.echo))
    in.complain("echo", "does not say where the column's name goes", "write it as properties.*");

  if (api::is_set(field.compare) && field.type != field_type::list)
    in.complain("compare", "only a list can be compared as a set",
                "set type = \"list\", or another comparison");
  if (field.compare == comparison::instant && field.type != field_type::timestamp)
    in.complain("compare", "only a timestamp can be compared as an instant",
                "set type = \"timestamp\", or another comparison");
  const bool as_text = field.compare == comparison::text || field.compare == comparison::lines;
  if (as_text && field.type != field_type::string)
    in.complain("compare", "only a string can be compared as text",
                "set type = \"string\", or another comparison");
  const bool is_epoch = field.wire == wire_form::epoch_s || field.wire == wire_form::epoch_ms;
  if (field.compare == comparison::exact && field.type == field_type::timestamp && is_epoch)
    in.complain("compare",
                "a number tells the moment alone, so a time in another zone would never be the same",
                "set compare = \"instant\"");
  if (field.compare == comparison::members && field.clear && field.clear->starts_with('{'))
    in.complain("clear",
                "is an object, and compare = \"members\" puts it over what is there, so it clears nothing",
                "write another value, or another comparison");
  if (field.compare == comparison::members && field.type != field_type::object)
    in.complain("compare", "only an object can be compared by its members",
                "set type = \"object\", or another comparison");
  if (walks_a_list(field.echo) && field.type != field_type::list)
    in.complain("echo", "walks a list (\"[]\"), but the field is no list",
                "set type = \"list\", or another path");
}

// The steps of a place as texts, of which equal ones are the same place.
std::vector<std::string> steps_of(const json_path& at) {
  std::vector<std::string> steps;
  for (const auto& step : at) {
    steps.push_back("." + step.key);
    if (step.each) steps.emplace_back("[]");
    if (const auto& pick = step.pick)
      steps.push_back("[" + (pick->member.empty() ? std::to_string(pick->index)
                                                  : json_string(pick->member) + "=" + pick->value));
  }
  return steps;
}

}  // namespace

std::optional<json_path> path_at(table_reader& in, std::string_view key) {
  const auto before = in.complaints().all.size();
  json_path path;
  read_path(in, key, path);
  if (in.find(key) == nullptr || in.complaints().all.size() > before) return std::nullopt;
  return path;
}

void read_form(table_reader& in, api::field_spec& field, const api::profile& profile,
               const form_facts& facts) {
  read_at(in, field);
  read_wire(in, field);
  read_send(in, field, profile);
  read_clear(in, field, profile, facts.not_nullable);
  read_echo(in, field, profile, facts.rides);
}

void check_places(table_reader& fields, const api::profile& profile) {
  std::vector<std::pair<std::vector<std::string>, const api::field_spec*>> places;
  for (const auto& f : profile.fields)
    if (f.verb == api::set_verb::none) places.emplace_back(steps_of(f.at), &f);
  std::ranges::stable_sort(places, {}, &decltype(places)::value_type::first);
  for (std::size_t i = 1; i < places.size(); ++i) {
    const auto& [outer, of_outer] = places[i - 1];
    const auto& [inner, of_inner] = places[i];
    if (!std::ranges::equal(outer, std::span(inner).first(std::min(outer.size(), inner.size())))) continue;
    const auto& later = of_outer < of_inner ? *of_inner : *of_outer;
    const auto& other = of_outer < of_inner ? *of_outer : *of_inner;
    fields.complain(later.name,
                    outer.size() == inner.size()
                        ? "is written at " + to_string(later.at) + ", as " + other.name + " is"
                        : of_inner->name + " is written inside of " + of_outer->name,
                    "give each a place of its own (at), or describe one of them only");
  }
}

}  // namespace pawl::config

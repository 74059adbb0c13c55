#include "engine/api/value_template.hpp"

#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace pawl::api {
namespace {

std::optional<json_path> way_to(const json_template& t, json_template::kind is) {
  if (t.is == is) return json_path{};
  if (t.is != json_template::kind::object) return std::nullopt;
  for (const auto& [key, member] : t.members) {
    auto inner = way_to(member, is);
    if (!inner) continue;
    inner->insert(inner->begin(), {key, false});
    return inner;
  }
  return std::nullopt;
}

// A path, taken apart: an index and a key are steps of their own.
struct single_step {
  std::string_view key;
  std::optional<array_pick> pick = std::nullopt;  // of an element
  bool each = false;
  bool operator==(const single_step&) const = default;
};
std::vector<single_step> taken_apart(const json_path& path) {
  std::vector<single_step> steps;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto& one = path[i];
    if (i > 0 || !begins_at_array(path)) steps.push_back({one.key});
    if (one.pick) steps.push_back({{}, one.pick});
    if (one.each) steps.push_back({{}, std::nullopt, true});
  }
  return steps;
}

// Appends what stands between the quotes of a text.
void append_inner(std::string& to, std::string_view json) {
  const bool is_string = is_string_token(json);
  if (!is_string && !json.starts_with('{') && !json.starts_with('[')) {
    to += json;
    return;
  }
  const auto quoted = is_string ? std::string{json} : json_string(json);
  to.append(quoted, 1, quoted.size() - 2);
}

void append_object(std::string& to, const json_template& t, const template_filling& with,
                   std::string_view there) {
  std::vector<char> taken(t.members.size(), 0);
  to += '{';
  if (there.starts_with('{'))
    for_each_member(there, [&](std::string_view token, std::string_view value) {
      append_comma(to);
      to.append(token).append(1, ':');
      const auto own = std::ranges::find_if(
          t.members, [token](const auto& member) { return string_token_says(token, member.first); });
      if (own == t.members.end()) {
        to += value;
        return true;
      }
      taken[static_cast<std::size_t>(own - t.members.begin())] = 1;
      append_filled(to, own->second, with, value);
      return true;
    });
  for (std::size_t i = 0; i < t.members.size(); ++i) {
    if (taken[i] != 0) continue;
    append_comma(to);
    append_json_string(to, t.members[i].first);
    to += ':';
    append_filled(to, t.members[i].second, with, {});
  }
  to += '}';
}

}  // namespace

std::optional<json_path> way_to_value(const json_template& send) {
  auto way = way_to(send, json_template::kind::hole);
  return way ? way : way_to(send, json_template::kind::text);
}

const json_template* shown_part(const field_spec& f) {
  if (!f.send) return nullptr;
  const auto at = f.at.empty() ? json_path{{f.name}} : f.at;
  const auto written = taken_apart(at), shown = taken_apart(f.echo);
  if (shown.size() < written.size() || !std::equal(written.begin(), written.end(), shown.begin()))
    return nullptr;
  const auto* part = &*f.send;
  for (const auto& step : std::span(shown).subspan(written.size())) {
    if (part->is == json_template::kind::object && !step.pick && !step.each) {
      const auto own = std::ranges::find(part->members, step.key,
                                         [](const auto& member) { return std::string_view{member.first}; });
      if (own == part->members.end()) return nullptr;
      part = &own->second;
    } else if (part->is == json_template::kind::array && step.pick && step.pick->member.empty() &&
               step.pick->index < part->elements.size()) {
      part = &part->elements[step.pick->index];
    } else {
      return nullptr;
    }
  }
  return part;
}

std::optional<text_around> around_value(const json_template& t) {
  if (t.is != json_template::kind::text) return std::nullopt;
  text_around around;
  bool is_behind = false;
  for (const auto& piece : t.pieces) {
    if (piece.is == hole::none) {
      (is_behind ? around.after : around.before) += piece.text;
      continue;
    }
    if (std::exchange(is_behind, true)) return std::nullopt;
  }
  return around;
}

void append_filled(std::string& to, const json_template& t, const template_filling& with,
                   std::string_view there) {
  if (with.shown != nullptr && t == *with.shown) {
    to += with.shown_json;
    return;
  }
  switch (t.is) {
    case json_template::kind::json:
      to += t.text;
      return;
    case json_template::kind::hole:
      to += with.value;
      return;
    case json_template::kind::text:
      to += '"';
      for (const auto& piece : t.pieces) {
        if (piece.is == hole::none)
          append_inner(to, json_string(piece.text));
        else
          append_inner(to, with.value);
      }
      to += '"';
      return;
    case json_template::kind::object:
      append_object(to, t, with, there);
      return;
    case json_template::kind::array:
      to += '[';
      for (const auto& element : t.elements) {
        append_comma(to);
        append_filled(to, element, with, {});
      }
      to += ']';
      return;
  }
}

}  // namespace pawl::api

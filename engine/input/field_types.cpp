#include "engine/input/field_types.hpp"

#include "engine/model/option.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/nearest.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/trim.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>
#include <cstring>

namespace pawl::input {

namespace {

constexpr std::string_view timestamp_form =
    "must be an RFC 3339 time with an offset, such as 2026-05-01T09:00:00Z";

std::string join(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& v : values) {
    if (!text.empty()) text += ", ";
    text += v;
  }
  return text;
}

std::string got(std::string_view cell) {
  return " (got " + shown(cell) + ')';
}
std::string got_json(std::string_view json) {
  return " (got " + shown_json(json) + ')';
}

std::string_view quoted_copy(std::string_view text, byte_arena& arena) {
  char* at = arena.allocate(text.size() + 2);
  at[0] = '"';
  std::memcpy(at + 1, text.data(), text.size());
  at[text.size() + 1] = '"';
  return {at, text.size() + 2};
}

// Writes text as a JSON string.
std::string_view json_copy(std::string_view text, byte_arena& arena) {
  return needs_json_escape(text) ? arena.copy(json_string(text)) : quoted_copy(text, arena);
}

}  // namespace

value_rule make_rule(const api::field_spec& spec) {
  value_rule rule;
  rule.type = spec.type;
  rule.nullable = spec.nullable;
  rule.min_length = spec.min_length;
  rule.max_length = spec.max_length;
  rule.values = spec.values;
  for (const auto& v : spec.values) append_json_string(rule.values_json.emplace_back(), v);
  for (const auto& m : spec.members) rule.members.push_back({m.name, make_rule(m)});
  rule.codec = form_to_check(spec);
  return rule;
}

std::optional<api::field_codec> form_to_check(const api::field_spec& spec) {
  api::field_codec codec(spec);
  if (codec.gives_all_back()) return std::nullopt;
  return codec;
}

value_rule make_rule(const api::member_spec& spec) {
  value_rule rule;
  rule.type = spec.type;
  rule.nullable = spec.nullable;
  rule.values = spec.values;
  for (const auto& v : spec.values) append_json_string(rule.values_json.emplace_back(), v);
  for (const auto& m : spec.members) rule.members.push_back({m.name, make_rule(m)});
  return rule;
}

value_rule passed_rule() {
  value_rule rule;
  rule.nullable = true;
  return rule;
}

std::string field_typer::near_hint(const value_rule& rule, std::string_view text) const {
  const std::vector<std::string_view> values(rule.values.begin(), rule.values.end());
  const auto near = nearest(text, values);
  return near.empty() ? std::string() : "; did you mean " + shown(near) + '?';
}

// A text has between a quarter of its bytes and all of them as code points, so for most texts no count is
// needed.
bool field_typer::check_length(const value_rule& rule, std::size_t bytes_at_least, std::size_t bytes_at_most,
                               std::string_view text, bool is_json) {
  if ((rule.max_length == 0 || bytes_at_most <= rule.max_length) && bytes_at_least >= rule.min_length)
    return true;
  const auto length = is_json ? count_string_characters(text) : count_code_points(text);
  const auto shows = is_json ? got_json(text) : got(text);
  if (rule.max_length != 0 && length > rule.max_length)
    return fail("is " + std::to_string(length) + " characters long, at most " +
                std::to_string(rule.max_length) + " are allowed" + shows);
  if (length < rule.min_length)
    return fail("is " + std::to_string(length) + " characters long, at least " +
                std::to_string(rule.min_length) + " are needed" + shows);
  return true;
}

cell_state field_typer::from_cell(const value_rule& rule, bool nullable, std::string_view cell,
                                  byte_arena& arena, std::string_view& json) {
  using type = api::field_type;
  const bool is_text = rule.type == type::string;
  const auto text = is_text ? cell : trim(cell);
  if (text.empty()) return cell_state::absent;
  if (!syntax_.null_token.empty() && text == syntax_.null_token) {
    if (nullable) {
      json = "null";
      return cell_state::value;
    }
    problem_ = "cannot be cleared" + got(text);
    if (is_text)
      problem_ += "; if the text itself is meant, choose another null token with " +
                  to_string(option::csv_null, "TOKEN");
    if (rule.type == type::list) problem_ += "; write [] for the empty list";
    return cell_state::bad;
  }

  switch (rule.type) {
    case type::string:
      if (!check_length(rule, (text.size() + 3) / 4, text.size(), text, false)) return cell_state::bad;
      json = json_copy(text, arena);
      return cell_state::value;
    case type::enumeration:
      if (rule.values.empty()) {
        json = json_copy(text, arena);
        return cell_state::value;
      }
      for (std::size_t i = 0; i < rule.values.size(); ++i)
        if (rule.values[i] == text) {
          json = rule.values_json[i];
          return cell_state::value;
        }
      problem_ = "must be one of " + join(rule.values) + got(text) + near_hint(rule, text);
      return cell_state::bad;
    case type::boolean:
      if (text == "1" || equal_without_case(text, "true") || equal_without_case(text, "yes")) {
        json = "true";
      } else if (text == "0" || equal_without_case(text, "false") || equal_without_case(text, "no")) {
        json = "false";
      } else {
        problem_ = "must be true, false, 1, 0, yes or no" + got(text);
        return cell_state::bad;
      }
      return cell_state::value;
    case type::number:
      if (!is_json_number(text)) {
        problem_ = "must be a number, such as 12 or -0.5" + got(text);
        return cell_state::bad;
      }
      json = arena.copy(text);
      return cell_state::value;
    case type::timestamp:
      if (!is_rfc3339(text, leap_second::at_month_end)) {
        problem_ = std::string(timestamp_form) + got(text);
        return cell_state::bad;
      }
      json = quoted_copy(text, arena);
      return check_form(rule, json) ? cell_state::value : cell_state::bad;
    case type::list:
      return list_cell(rule, text, arena, json);
    case type::object:
    case type::json:
      return json_cell(rule, nullable, text, arena, json);
  }
  return cell_state::bad;  // not reached: the switch names every type
}

cell_state field_typer::json_cell(const value_rule& rule, bool nullable, std::string_view cell,
                                  byte_arena& arena, std::string_view& json) {
  const auto value = json_.value(cell, arena);
  if (!value) {
    problem_ = json_.problem() + got(cell);
    return cell_state::bad;
  }
  if (!check(rule, nullable, *value)) return cell_state::bad;
  json = value->text;
  return cell_state::value;
}

cell_state field_typer::list_cell(const value_rule& rule, std::string_view cell, byte_arena& arena,
                                  std::string_view& json) {
  if (cell == "[]") {
    json = "[]";
    return cell_state::value;
  }
  if (cell.starts_with('[') && cell.ends_with(']')) {
    // A cell in brackets is a JSON array, unless it is not JSON: `[VIP]` may be the name of a tag.
    if (const auto value = json_.value(cell, arena); value && value->kind == json_kind::array) {
      if (!check_list(rule, *value)) return cell_state::bad;
      json = value->text;
      return cell_state::value;
    }
  }
  scratch_.assign(1, '[');
  for (auto rest = cell;;) {
    const auto at = rest.find(syntax_.list_separator);
    const auto item = trim(rest.substr(0, at));
    if (item.empty()) {
      problem_ = "has an empty item" + got(cell);
      return cell_state::bad;
    }
    if (!check_length(rule, (item.size() + 3) / 4, item.size(), item, false)) {
      problem_ = "has an item that " + problem_;
      return cell_state::bad;
    }
    if (scratch_.size() > 1) scratch_ += ',';
    append_json_string(scratch_, item);
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at + 1);
  }
  scratch_ += ']';
  json = arena.copy(scratch_);
  return check_form(rule, json) ? cell_state::value : cell_state::bad;
}

bool field_typer::check(const value_rule& rule, bool nullable, const json_value& value) {
  using type = api::field_type;
  if (value.kind == json_kind::null)
    return nullable || fail("cannot be cleared" + got_json(value.text) +
                            (rule.type == type::list ? "; write [] for the empty list" : ""));
  const auto must_be = [&](const char* what) { return fail(what + got_json(value.text)); };
  switch (rule.type) {
    case type::string:
      if (value.kind != json_kind::string) return must_be("must be a string");
      // The longest escape of one character has 6 bytes.
      return check_length(rule, (value.text.size() + 3) / 6, value.text.size() - 2, value.text, true) &&
             check_form(rule, value.text);
    case type::enumeration:
      if (value.kind == json_kind::string) {
        if (rule.values.empty()) return true;
        for (const auto& allowed : rule.values_json)
          if (allowed == value.text) return true;
      }
      return fail("must be one of " + join(rule.values) + got_json(value.text) +
                  (value.kind == json_kind::string
                       ? near_hint(rule, value.text.substr(1, value.text.size() - 2))
                       : std::string()));
    case type::boolean:
      return value.kind == json_kind::boolean || must_be("must be true or false");
    case type::number:
      return value.kind == json_kind::number || must_be("must be a number");
    case type::timestamp:
      if (value.kind != json_kind::string ||
          !is_rfc3339(value.text.substr(1, value.text.size() - 2), leap_second::at_month_end))
        return fail(std::string(timestamp_form) + got_json(value.text));
      return check_form(rule, value.text);
    case type::list:
      return check_list(rule, value);
    case type::object:
      return check_object(rule, value);
    case type::json:
      return true;
  }
  return false;  // not reached: the switch names every type
}

bool field_typer::check_list(const value_rule& rule, const json_value& value) {
  if (value.kind != json_kind::array) return fail("must be a list of strings" + got_json(value.text));
  const bool is_good = for_each_element(value.text, [&](std::string_view item) {
    if (item.front() != '"') return fail("must be a list of strings" + got_json(value.text));
    if (item.size() == 2) return fail("has an empty item" + got_json(value.text));
    return check_length(rule, (item.size() + 3) / 6, item.size() - 2, item, true) ||
           fail("has an item that " + problem_);
  });
  return is_good && check_form(rule, value.text);
}

// Whether the value comes back from the form in which the API has it.
bool field_typer::check_form(const value_rule& rule, std::string_view json) {
  if (!rule.codec) return true;
  auto why = rule.codec->why_not_written(json);
  return why.empty() || fail(std::move(why));
}

bool field_typer::check_object(const value_rule& rule, const json_value& value) {
  if (value.kind != json_kind::object) return fail("must be an object" + got_json(value.text));
  if (rule.members.empty()) return true;
  return for_each_member(value.text, [&](std::string_view key, std::string_view item) {
    const auto name = key.substr(1, key.size() - 2);
    const auto found = std::find_if(rule.members.begin(), rule.members.end(),
                                    [name](const value_rule::member& m) { return m.name == name; });
    if (found == rule.members.end()) {
      std::vector<std::string_view> known;
      for (const auto& m : rule.members) known.push_back(m.name);
      const auto near = nearest(name, known);
      auto what = "has no member " + shown_json(key);
      if (!near.empty()) what += "; did you mean " + shown(near) + '?';
      return fail(std::move(what));
    }
    return check(found->rule, found->rule.nullable, {kind_of(item), item}) ||
           fail("has a member " + shown(found->name) + " that " + problem_);
  });
}

}  // namespace pawl::input

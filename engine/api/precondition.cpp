#include "engine/api/precondition.hpp"

#include "engine/api/field_codec.hpp"
#include "engine/api/shown.hpp"
#include "engine/text/ascii.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/nearest.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/trim.hpp"
#include "engine/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace pawl::api {
namespace {

using test = precondition::test;

failure wrong(std::string what, std::string remedy) {
  return {failure_kind::usage, "", std::move(what), std::move(remedy)};
}

bool is_name_char(char c) {
  return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
}

// Takes `words` (separated by single spaces) off the front of `s` if they stand there as whole words.
bool take_words(std::string_view& s, std::string_view words) {
  auto rest = s;
  while (!words.empty()) {
    const auto space = words.find(' ');
    const auto word = words.substr(0, space);
    rest = trim_blanks(rest);
    if (!rest.starts_with(word)) return false;
    rest.remove_prefix(word.size());
    if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t') return false;
    if (space == std::string_view::npos) break;
    words.remove_prefix(space + 1);
  }
  s = trim_blanks(rest);
  return true;
}

struct operand {
  std::string text;
  bool quoted = false;
};

expected<operand> parse_operand(std::string_view s) {
  if (s.empty()) return wrong("the value is missing", "an empty text is written as \"\"");
  if (s.front() != '"') return operand{std::string(s), false};
  operand value{"", true};
  std::size_t i = 1;
  for (; i < s.size() && s[i] != '"'; ++i) {
    if (s[i] == '\\') {
      ++i;
      if (i == s.size() || (s[i] != '"' && s[i] != '\\'))
        return wrong("a backslash in a quoted value stands only before \" and \\", "write \\\\ for one");
    }
    value.text += s[i];
  }
  if (i == s.size()) return wrong("the quoted value has no closing quote", "end it with \"");
  if (i + 1 != s.size()) return wrong("something follows the quoted value", "quote the whole value");
  return value;
}

constexpr std::array<std::pair<char, std::int64_t>, 5> age_units{
    {{'w', 604'800}, {'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};

expected<std::chrono::seconds> parse_age(std::string_view s) {
  const std::string example = "write it as 90d, 12h, 30m, 45s or 2w";
  if (s.empty()) return wrong("the age is missing", example);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), count);
  const auto unit = std::find_if(age_units.begin(), age_units.end(),
                                 [last = s.back()](const auto& u) { return u.first == last; });
  // 100 years (chosen), so that subtracting an age from the present time does not overflow.
  constexpr std::int64_t longest = 100LL * 366 * 86'400;
  if (error != std::errc{} || end != s.data() + s.size() - 1 || unit == age_units.end() || count <= 0 ||
      count > longest / unit->second)
    return wrong("\"" + std::string(s) + "\" is not an age", example);
  return std::chrono::seconds{count * unit->second};
}

struct subject {
  std::string field;
  json_path path;
  field_type type;
  comparison compare;
  std::optional<field_spec> spec;  // unset: the name is a readable field
};

expected<subject> find_subject(std::string_view name, const profile& api) {
  if (const auto index = api.find(name)) {
    const auto& spec = api[*index];
    if (spec.verb != set_verb::none)
      return wrong(std::string(name) + " is a way to change a list, not something that the API shows",
                   "use " + api[spec.verb_target].name + " has VALUE, or has tag NAME");
    if (spec.echo.empty())
      return wrong("the API does not show " + std::string(name) + ", so no condition can look at it",
                   "use a field that replies show");
    return subject{spec.name, spec.echo, spec.type, spec.compare, spec};
  }
  for (const auto& r : api.readable)
    if (r.name == name)
      return subject{r.name,
                     r.path,
                     r.type,
                     r.type == field_type::timestamp ? comparison::instant : comparison::exact,
                     {}};
  if (api.any_field && !api.any_field->echo.empty()) {
    auto spec = field_in_form_of(*api.any_field, name);
    return subject{spec.name, spec.echo, spec.type, spec.compare, spec};
  }
  std::string known;
  const auto list = [&](const std::string& n) { known += (known.empty() ? "" : ", ") + n; };
  for (const auto& f : api.fields)
    if (!f.echo.empty()) list(f.name);
  for (const auto& r : api.readable) list(r.name);
  return wrong("the profile " + api.name + " knows no \"" + std::string(name) + "\" to look at",
               known.empty() ? "its replies show nothing" : "known are " + known);
}

expected<std::string> wanted_json(const subject& about, const operand& value) {
  const auto bad = [&](const std::string& must) {
    return wrong(about.field + " " + must + " (got \"" + value.text + "\")", "");
  };
  switch (about.type) {
    case field_type::boolean:
      if (value.text != "true" && value.text != "false") return bad("is true or false");
      return value.text;
    case field_type::number:
      if (!is_json_number(value.text)) return bad("is a number");
      return value.text;
    case field_type::timestamp:
      if (!is_rfc3339(value.text, leap_second::anywhere))
        return bad("is a timestamp such as 2026-01-31T09:00:00Z");
      return json_string(value.text);
    case field_type::enumeration:
      if (about.spec) {
        const auto& known = about.spec->values;
        if (std::find(known.begin(), known.end(), value.text) == known.end()) {
          std::string all;
          for (const auto& v : known) all += (all.empty() ? "" : ", ") + v;
          return bad("is one of " + all);
        }
      }
      return json_string(value.text);
    default:
      return json_string(value.text);
  }
}

bool is_scalar(field_type t) {
  return t != field_type::list && t != field_type::object && t != field_type::json;
}

expected<precondition> parse_has_tag(std::string_view rest, const profile& api) {
  const auto verb = std::find_if(api.fields.begin(), api.fields.end(),
                                 [](const field_spec& f) { return f.verb == set_verb::add_names; });
  if (verb == api.fields.end())
    return wrong("the profile " + api.name + " knows no tags by name",
                 "use FIELD has VALUE with a list field");
  const auto& target = api[verb->verb_target];
  auto value = parse_operand(rest);
  if (!value) return value.error();
  return precondition{test::has_name,           target.name, target.echo, target.type, target.compare,
                      json_string(value->text), {}};
}

}  // namespace

expected<precondition> parse_precondition(std::string_view text, const profile& api) {
  const auto whole = trim_blanks(text);
  const std::string grammar =
      "write FIELD = VALUE, FIELD != VALUE, FIELD < VALUE, FIELD > VALUE, FIELD older than 90d, "
      "FIELD newer than 15m, FIELD has VALUE, has tag NAME, FIELD is null or FIELD is not null";
  auto rest = whole;
  if (take_words(rest, "has tag")) return parse_has_tag(rest, api);

  std::size_t length = 0;
  while (length < rest.size() && is_name_char(rest[length])) ++length;
  const auto name = rest.substr(0, length);
  rest = trim_blanks(rest.substr(length));
  if (name.empty()) return wrong("\"" + std::string(whole) + "\" is not a condition", grammar);

  auto found = find_subject(name, api);
  if (!found) return found.error();
  const subject about = *std::move(found);
  precondition result{test::equal, about.field, about.path, about.type, about.compare, "", {}};

  for (const auto& [words, is] : {std::pair{"is not null", test::is_not_null}, {"is null", test::is_null}}) {
    if (!take_words(rest, words)) continue;
    if (!rest.empty())
      return wrong("\"" + std::string(rest) + "\" after \"" + words + "\" means nothing", grammar);
    result.is = is;
    return result;
  }
  for (const auto& [words, is] :
       {std::pair{"older than", test::older_than}, {"newer than", test::newer_than}}) {
    if (!take_words(rest, words)) continue;
    if (about.type != field_type::timestamp)
      return wrong(about.field + " is no timestamp, so it has no age", "use = or !=");
    const auto age = parse_age(rest);
    if (!age) return age.error();
    result.is = is;
    result.age = *age;
    return result;
  }
  if (take_words(rest, "has")) {
    if (about.type != field_type::list) return wrong(about.field + " is no list", "use = or !=");
    const auto value = parse_operand(rest);
    if (!value) return value.error();
    result.is = test::has;
    result.json = json_string(value->text);
    return result;
  }

  if (rest.starts_with("!=")) {
    result.is = test::not_equal;
    rest.remove_prefix(2);
  } else if (rest.starts_with("<=") || rest.starts_with(">=") || rest.starts_with("==")) {
    return wrong("there is no operator " + std::string(rest.substr(0, 2)), grammar);
  } else if (rest.starts_with('=') || rest.starts_with('<') || rest.starts_with('>')) {
    result.is = rest[0] == '=' ? test::equal : rest[0] == '<' ? test::less : test::greater;
    rest.remove_prefix(1);
  } else {
    return wrong("\"" + std::string(whole) + "\" is not a condition", grammar);
  }
  const auto value = parse_operand(trim_blanks(rest));
  if (!value) return value.error();
  const bool ordered = result.is == test::less || result.is == test::greater;
  if (!ordered && !value->quoted && value->text == "null") {
    result.is = result.is == test::equal ? test::is_null : test::is_not_null;
    return result;
  }
  if (!is_scalar(about.type))
    return wrong(about.field + " is not a single value",
                 about.type == field_type::list ? "use " + about.field + " has VALUE" : "use is null");
  if (ordered && about.type != field_type::number && about.type != field_type::timestamp)
    return wrong(about.field + " has no order: < and > are for numbers and timestamps", "use = or !=");
  auto json = wanted_json(about, *value);
  if (!json) return json.error();
  // The value that clears a field is null in all but its text.
  if (!ordered && about.spec && field_codec(*about.spec).clears(*json)) {
    result.is = result.is == test::equal ? test::is_null : test::is_not_null;
    return result;
  }
  result.json = *std::move(json);
  return result;
}

std::string to_string(const precondition& p) {
  // The value is a number, a boolean or a JSON string. A JSON string is the quoted form of a value except for
  // its escapes.
  const auto value = [&] {
    if (p.json.empty() || p.json.front() != '"') return p.json;
    std::string plain;
    for (std::string_view rest{p.json}; !rest.empty();) {
      const auto at = rest.find('\\');
      plain += rest.substr(0, at);
      if (at == std::string_view::npos) break;
      rest.remove_prefix(at);
      const auto escape = first_escape(rest);
      if (escape.value == '"' || escape.value == '\\')
        plain += rest.substr(0, escape.size);
      else
        append_utf8(plain, escape.value);
      rest.remove_prefix(escape.size);
    }
    return plain;
  };
  const auto age = [&] {
    for (const auto& [unit, seconds] : age_units)
      if (p.age.count() % seconds == 0) return std::to_string(p.age.count() / seconds) + unit;
    return std::string();
  };
  switch (p.is) {
    case test::equal:
      return p.field + " = " + value();
    case test::not_equal:
      return p.field + " != " + value();
    case test::less:
      return p.field + " < " + value();
    case test::greater:
      return p.field + " > " + value();
    case test::older_than:
      return p.field + " older than " + age();
    case test::newer_than:
      return p.field + " newer than " + age();
    case test::has:
      return p.field + " has " + value();
    case test::has_name:
      return "has tag " + value();
    case test::is_null:
      return p.field + " is null";
    case test::is_not_null:
      return p.field + " is not null";
  }
  return {};
}

std::optional<failure> why_not_filled(const std::string& name, const profile& profile) {
  const auto refusal = [&](std::string what, std::string remedy) {
    return failure{failure_kind::usage, "", std::move(what), std::move(remedy)};
  };
  if (profile.body_is == body_content::row)
    return refusal(
        fmt::format("a write of profile {} holds the row (write.body_is = \"row\"), and a server that "
                    "replaces erases the field that is left out",
                    profile.name),
        "use a copy of the profile that says body_is = \"whole\", or \"changes\" if the API keeps "
        "what a write does not name");
  const auto at = profile.find(name);
  if (!at && profile.any_field) return std::nullopt;
  if (!at) {
    nearest_name near(name);
    for (const auto& f : profile.fields) near.offer(f.name);
    return refusal(fmt::format("the profile {} has no field {}", profile.name, shown(name)),
                   near.best().empty() ? "name a field of the profile that the input writes"
                                       : fmt::format("did you mean {}?", near.best()));
  }
  const auto& field = profile[*at];
  if (field.verb != set_verb::none)
    return refusal(fmt::format("{} changes a list instead of filling it", name),
                   fmt::format("write the whole list as {}", profile[field.verb_target].name));
  if (!is_echoed(field))
    return refusal(fmt::format("no read shows {}, so nobody knows whether it is empty", name),
                   "leave it out");
  return std::nullopt;
}

}  // namespace pawl::api

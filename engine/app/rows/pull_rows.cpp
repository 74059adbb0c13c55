#include "engine/app/rows/pull_rows.hpp"

#include "engine/api/condition.hpp"
#include "engine/input/byte_window.hpp"
#include "engine/model/option.hpp"
#include "engine/text/csv_cells.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/neutral.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>

namespace pawl::app {
namespace {

using column_kind = pull_column::kind;

std::vector<api::shown_place> places_of(const api::profile& profile, const json_path& id,
                                        const std::vector<api::precondition>& conditions,
                                        const std::vector<pull_column>& columns) {
  std::vector<api::shown_place> places{{id, {}}};
  for (const auto& c : conditions) places.push_back({c.path, api::codec_of(profile, c.field)});
  for (const auto& c : columns) places.push_back({c.path, api::codec_of(profile, c.field)});
  return places;
}

// Where the API shows the field; nullopt: it does not know the field, or never shows it.
std::optional<pull_column> find_column(const api::profile& profile, const std::string& name, column_kind is) {
  if (const auto index = profile.find(name)) {
    const auto& spec = profile[*index];
    if (spec.verb != api::set_verb::none || spec.echo.empty()) return std::nullopt;
    return pull_column{is, name, spec.echo, spec.type};
  }
  for (const auto& r : profile.readable)
    if (r.name == name) return pull_column{is, name, r.path, r.type};
  if (profile.any_field && !profile.any_field->echo.empty()) {
    const auto spec = api::field_in_form_of(*profile.any_field, name);
    return pull_column{is, name, spec.echo, spec.type};
  }
  return std::nullopt;
}

std::string known_names(const api::profile& profile, bool with_readable) {
  std::string text;
  const auto add = [&text](const std::string& name) { text += (text.empty() ? "" : ", ") + name; };
  for (const auto& f : profile.fields)
    if (f.verb == api::set_verb::none && !f.echo.empty()) add(f.name);
  if (with_readable)
    for (const auto& r : profile.readable) add(r.name);
  return text;
}

bool has(const std::vector<pull_column>& all, column_kind is, const std::string& field) {
  return std::ranges::any_of(all, [&](const pull_column& c) { return c.is == is && c.field == field; });
}

// The value as JSON text; an absent value is null, because APIs leave out what is null.
std::string json_of(const located& shown) {
  std::string text;
  if (shown.is == located::kind::value) {
    append_on_one_line(text, shown.text);
  } else if (shown.is == located::kind::list) {
    text = "[";
    for (const auto element : shown.elements) {
      if (text.size() > 1) text += ',';
      append_on_one_line(text, element);
    }
    text += ']';
  } else {
    text = "null";
  }
  return text;
}

std::string text_of(std::string_view token) {
  std::string text;
  if (!is_string_token(token) || !append_unescaped(text, token)) return std::string{token};
  return text;
}

// Writes `a;b;c`, or the JSON array if that text would be read as something else.
std::string list_cell(const std::string& json, const pull_syntax& syntax) {
  std::string joined;
  bool plain = true;
  const auto add = [&](std::string_view element) {
    const auto text = text_of(element);
    plain = plain && is_string_token(element) && !text.empty() && text.front() != '[' &&
            text.find(syntax.list_separator) == std::string::npos &&
            text.find_first_of(" \t\r\n") == std::string::npos && text != syntax.null_token;
    if (!joined.empty()) joined += syntax.list_separator;
    joined += text;
    return true;
  };
  if (!for_each_element(json, add)) return json;
  return plain && !joined.empty() ? joined : json;
}

// What to do about a value that no row may expect.
std::string without_it() {
  return "leave the field out with " + to_string(option::expect);
}

}  // namespace

expected<std::vector<pull_column>> plan_pull(const api::profile& profile,
                                             const std::vector<api::precondition>& conditions,
                                             const pull_options& options) {
  std::vector<pull_column> columns;
  const auto add = [&](option asked, const std::string& name, column_kind is) -> status {
    auto column = find_column(profile, name, is);
    const bool can_be_written =
        profile.find(name) ||
        (profile.any_field &&
         std::ranges::find(profile.readable, name, &api::readable_field::name) == profile.readable.end());
    if (!column)
      return failure{failure_kind::usage, to_string(asked),
                     fmt::format("the profile {} shows no field \"{}\"", profile.name, name),
                     "it shows " + known_names(profile, is == column_kind::note)};
    if (is == column_kind::expect && !can_be_written)
      return failure{failure_kind::usage, to_string(asked),
                     fmt::format("{} cannot be a precondition of a row", name),
                     "give run " + to_string(option::only_if) + " with a condition on it"};
    if (has(columns, is, name))
      return failure{failure_kind::usage, to_string(asked), fmt::format("names {} twice", name),
                     "name it once"};
    columns.push_back(*std::move(column));
    return {};
  };
  const auto is_none = [](const std::vector<std::string>& all) {
    return all.size() == 1 && all[0] == "none";
  };

  if (options.expect.empty()) {
    for (const auto& c : conditions)
      if (profile.find(c.field) && !has(columns, column_kind::expect, c.field))
        if (auto column = find_column(profile, c.field, column_kind::expect))
          columns.push_back(*std::move(column));
  } else if (!is_none(options.expect)) {
    for (const auto& name : options.expect)
      if (auto added = add(option::expect, name, column_kind::expect); !added) return added.error();
  }
  std::vector<pull_column> expects;
  expects.swap(columns);
  if (options.notes.empty()) {
    for (const std::string name : {"title", "status"})
      if (!has(expects, column_kind::expect, name))
        if (auto column = find_column(profile, name, column_kind::note))
          columns.push_back(*std::move(column));
  } else if (!is_none(options.notes)) {
    for (const auto& name : options.notes)
      if (auto added = add(option::note, name, column_kind::note); !added) return added.error();
  }
  columns.insert(columns.end(), expects.begin(), expects.end());
  return columns;
}

void id_set::grow() {
  std::vector<entry> old(slots_.empty() ? 1024 : slots_.size() * 2);
  old.swap(slots_);
  const auto mask = slots_.size() - 1;
  for (const auto& e : old) {
    if (e == entry{}) continue;
    auto at = e.first & mask;
    while (slots_[at] != entry{}) at = (at + 1) & mask;
    slots_[at] = e;
  }
}

bool id_set::insert(std::string_view id) {
  if ((used_ + 1) * 4 > slots_.size() * 3) grow();
  // Two independent hashes: the library's, and FNV-1a (draft-eastlake-fnv).
  std::uint64_t fnv = 0xcbf2'9ce4'8422'2325U;
  for (const char c : id) fnv = (fnv ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3U;
  const entry wanted{std::hash<std::string_view>{}(id), fnv | 1U};
  const auto mask = slots_.size() - 1;
  auto at = wanted.first & mask;
  for (; slots_[at] != entry{}; at = (at + 1) & mask)
    if (slots_[at] == wanted) return false;
  slots_[at] = wanted;
  ++used_;
  return true;
}

pull_rows::pull_rows(const api::profile& profile, const json_path& id_path,
                     std::vector<api::precondition> conditions, std::vector<pull_column> columns,
                     pull_syntax syntax)
    : profile_(profile),
      conditions_(std::move(conditions)),
      columns_(std::move(columns)),
      syntax_(std::move(syntax)),
      at_(places_of(profile, id_path, conditions_, columns_)),
      wanted_(1 + conditions_.size() + columns_.size()),
      shows_(conditions_.size() + columns_.size(), false),
      expectation_({syntax_.null_token, syntax_.list_separator}),
      json_(columns_.size()) {
  std::iota(wanted_.begin(), wanted_.end(), 0U);
  for (const auto& c : columns_) {
    const auto known = profile_.find(c.field);
    if (known || (c.is == column_kind::expect && profile_.any_field)) {
      const auto& spec = known ? profile_[*known] : *profile_.any_field;
      expected_.push_back({input::make_rule(spec), spec.compare});
    } else {
      expected_.emplace_back();
    }
  }
}

std::string pull_rows::header() const {
  switch (syntax_.format) {
    case table_format::csv:
      return csv_header();
    case table_format::ndjson:
      break;
  }
  return {};
}

std::string pull_rows::csv_header() const {
  std::string text;
  append_cell(text, profile_.id_column, syntax_.delimiter);
  for (const auto& c : columns_) {
    text += syntax_.delimiter;
    append_cell(text, (c.is == column_kind::note ? "_" : "expect.") + c.field, syntax_.delimiter);
  }
  return text + "\n";
}

expected<pull_rows::taken> pull_rows::add(std::string_view item, wall_time now, std::string& to) {
  const auto not_as_described = [](std::string what) {
    return failure{failure_kind::mend, "", std::move(what), "check the profile against what the API lists"};
  };
  if (!at_.locate(parser_, item, wanted_)) return not_as_described("an item of the list is not readable");
  const auto& id = at_[0];
  const bool scalar = id.is == located::kind::value && !id.text.empty() && id.text != "null" &&
                      id.text[0] != '{' && id.text[0] != '[';
  if (!scalar) return not_as_described("an item of the list shows no id");
  id_token_ = id.text;
  id_ = text_of(id.text);
  if (id_.empty()) return not_as_described("an item of the list shows an empty id");

  ++items_;
  for (std::size_t i = 0; i < shows_.size(); ++i)
    if (at_[1 + i].is != located::kind::absent) shows_[i] = 1;
  api::condition_judge judge;
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    const auto held = judge.judge(conditions_[i], at_[1 + i], now);
    if (held == api::condition_state::malformed)
      return not_as_described(fmt::format("{} shows a {} that is not what the profile says stands there",
                                          printable(id_), conditions_[i].field));
    if (held == api::condition_state::fails) return taken::left_out;
  }
  if (!seen_.insert(id_)) return taken::seen_before;
  return write(to);
}

status pull_rows::complete() const {
  if (items_ == 0) return {};
  for (std::size_t i = 0; i < conditions_.size(); ++i)
    if (!shows_[i])
      return failure{
          failure_kind::mend, to_string(option::where),
          fmt::format("no item of the list shows {}, so the list says nothing of `{}`", conditions_[i].field,
                      api::to_string(conditions_[i])),
          fmt::format("where a read of one resource shows it, pull without this condition and give "
                      "run {}; else check where the profile has it",
                      to_string(option::only_if, api::to_string(conditions_[i])))};
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i].is == column_kind::expect && !shows_[conditions_.size() + i])
      return failure{failure_kind::mend, to_string(option::expect),
                     fmt::format("no item of the list shows {}, so there is nothing that a row could expect",
                                 columns_[i].field),
                     "leave it out (" + to_string(option::expect, "none") +
                         " for no precondition), or check where the profile has it"};
  return {};
}

status pull_rows::check_expectations() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    json_[i] = json_of(at_[1 + conditions_.size() + i]);
    if (columns_[i].is == column_kind::note) continue;
    if (!expectation_.read(expected_[i].rule, json_[i]))
      return failure{failure_kind::usage, printable(id_), columns_[i].field + ' ' + expectation_.problem(),
                     without_it() + ", or mend what the profile says of it"};
  }
  return {};
}

expected<pull_rows::taken> pull_rows::write(std::string& to) {
  const auto start = to.size();
  if (auto good = check_expectations(); !good) return good.error();
  switch (syntax_.format) {
    case table_format::csv:
      if (auto written = append_csv(to); !written) return written.error();
      break;
    case table_format::ndjson:
      append_object(to);
      break;
  }
  const bool has_expectation =
      std::ranges::find(columns_, column_kind::expect, &pull_column::is) != columns_.end();
  if (has_expectation && to.size() - start > input::max_row_bytes)
    return failure{failure_kind::usage, printable(id_),
                   "the row would be longer than a row of an input may be",
                   "take fewer fields with " + to_string(option::expect) + " and " + to_string(option::note)};
  return taken::written;
}

void pull_rows::append_object(std::string& to) {
  to += '{';
  append_neutral_json_string(to, profile_.id_column);
  to += ':' + id_token_;
  std::string expect;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const bool is_note = columns_[i].is == column_kind::note;
    auto& into = is_note ? to : expect;
    if (!into.empty()) into += ',';
    append_neutral_json_string(into, (is_note ? "_" : "") + columns_[i].field);
    // Nothing reads a note back, so it is made harmless; a precondition keeps its value as it came.
    into += ':' + (is_note ? neutral_json(json_[i]) : json_[i]);
  }
  if (!expect.empty()) to += ",\"expect\":{" + expect + "}";
  to += "}\n";
}

status pull_rows::append_csv(std::string& to) {
  append_cell(to, id_, syntax_.delimiter);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    to += syntax_.delimiter;
    if (columns_[i].is == column_kind::note) {
      const auto& json = json_[i];
      if (json == "null") continue;
      const bool is_text = is_string_token(json) || json.starts_with('[') || json.starts_with('{');
      const auto text = json.starts_with('[') ? list_cell(json, syntax_) : text_of(json);
      append_cell(to, is_text ? neutral_text(text) : text, syntax_.delimiter);
    } else if (auto written = append_expect_cell(to, i); !written) {
      return written;
    }
  }
  to += '\n';
  return {};
}

status pull_rows::append_expect_cell(std::string& to, std::size_t column) {
  const auto& c = columns_[column];
  const auto& json = json_[column];
  const bool is_json = c.type == api::field_type::json || c.type == api::field_type::object;
  const bool is_list = c.type == api::field_type::list, is_null = json == "null";
  const auto text = is_null   ? syntax_.null_token
                    : is_list ? list_cell(json, syntax_)
                    : is_json ? json
                              : text_of(json);
  // `run` would read some cells as something else, and the precondition would be lost or changed.
  const auto& [rule, compare] = expected_[column];
  if (!expectation_.is_said_by(text, rule, compare, json))
    return failure{failure_kind::usage, printable(id_),
                   fmt::format("{} is {}, which no cell of CSV can say", c.field,
                               is_null        ? "null"
                               : text.empty() ? "an empty text"
                                              : "the text " + shown(text)),
                   "use " + to_string(option::format, "ndjson") + ", or " + without_it()};
  append_cell(to, text, syntax_.delimiter);
  return {};
}

}  // namespace pawl::app

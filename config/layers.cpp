#include "config/layers.hpp"

#include "config/document.hpp"
#include "config/quantity.hpp"
#include "config/setting_keys.hpp"
#include "engine/text/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace pawl::config {
namespace {

void complain(std::vector<failure>& all, std::string place, std::string what, std::string remedy) {
  all.push_back({failure_kind::usage, std::move(place), std::move(what), std::move(remedy)});
}

std::string unknown_key_remedy(std::string_view key) {
  const auto names = setting_names();
  const auto last = key.substr(key.rfind('.') + 1);
  if (last != key && find_setting(last) && last.find('.') == std::string_view::npos)
    return "did you mean " + std::string(last) + "? It stands above the first [table]";
  // Names that the flags and other tools have for settings.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 15> aliases{
      {{"rate", "limits.write"},
       {"write_rate", "limits.write"},
       {"read_rate", "limits.read"},
       {"read-rate", "limits.read"},
       {"token", "auth.token_env"},
       {"token_cmd", "auth.token_command"},
       {"url", "api.base_url"},
       {"timeout", "timeouts.attempt"},
       {"timeouts", "timeouts.attempt"},
       {"retries", "retry.max_attempts"},
       {"max_retries", "retry.max_attempts"},
       {"backoff", "retry.base"},
       {"patience", "breaker.patience"},
       {"delimiter", "csv.delimiter"},
       {"workers", "concurrency"}}};
  for (const auto& [alias, name] : aliases)
    if (alias == key) return "did you mean " + std::string(name) + "?";
  for (const auto& k : setting_keys())
    if (!k.flag.empty() && (k.flag == key || k.flag.substr(2) == key))
      return "did you mean " + std::string(k.key) + "?";
  const auto near = nearest(key, names);
  return near.empty() ? "remove it; README lists all settings" : "did you mean " + std::string(near) + "?";
}

std::string_view wanted(setting_shape shape) {
  switch (shape) {
    case setting_shape::text:
      return "text in quotes";
    case setting_shape::boolean:
      return "true or false";
    case setting_shape::boolean_or_word:
      return "true, false or \"auto\"";
    case setting_shape::count:
      return "a whole number";
    case setting_shape::duration:
      return "a duration such as \"3s\"";
    case setting_shape::rates:
      return "a rate such as \"60/min\", or a list of them";
    case setting_shape::share:
      return "a share such as \"20%\"";
    case setting_shape::count_or_word:
      return "a whole number, or \"auto\"";
    case setting_shape::count_or_percent:
      return "a whole number, or a share such as \"10%\"";
    case setting_shape::arguments:
      return "a list of texts such as [\"vault\", \"read\", \"...\"]: no shell splits it";
  }
  return "";
}

// The value as text; nullopt: this setting may not be written with such a type.
std::optional<std::vector<std::string>> texts_of(const toml_value& value, setting_shape shape) {
  using one = std::vector<std::string>;
  if (const auto* text = std::get_if<std::string>(&value.is)) {
    if (shape == setting_shape::boolean || shape == setting_shape::count || shape == setting_shape::arguments)
      return std::nullopt;
    return one{*text};
  }
  if (const auto* flag = std::get_if<bool>(&value.is)) {
    if (shape != setting_shape::boolean && shape != setting_shape::boolean_or_word) return std::nullopt;
    return one{*flag ? "true" : "false"};
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value.is)) {
    if (shape != setting_shape::count && shape != setting_shape::count_or_word &&
        shape != setting_shape::count_or_percent && shape != setting_shape::share)
      return std::nullopt;
    return one{std::to_string(*whole)};
  }
  if (const auto* real = std::get_if<double>(&value.is)) {
    if (shape != setting_shape::share) return std::nullopt;
    return one{fmt::format("{}", *real)};
  }
  if (const auto* list = std::get_if<toml_list>(&value.is);
      list != nullptr && (shape == setting_shape::rates || shape == setting_shape::arguments)) {
    std::vector<std::string> all;
    for (const auto& item : *list) {
      const auto* text = std::get_if<std::string>(&item.is);
      if (text == nullptr) return std::nullopt;
      all.push_back(*text);
    }
    return all;
  }
  return std::nullopt;
}

class file_reader {
 public:
  explicit file_reader(const std::string& name) : complaints_{name} {}

  void read(const toml_table& table, const std::string& path) {
    for (const auto& entry : table) {
      const auto key = path.empty() ? entry.key : path + "." + entry.key;
      if (key == variables_table)
        read_variables(entry);
      else if (const auto setting = find_setting(key))
        read_value(*setting, key, entry);
      else if (const auto* inner = std::get_if<toml_table>(&entry.value.is);
               inner != nullptr && is_group(key))
        read(*inner, key);
      else if (is_group(key))
        complaints_.add(entry.line, key, "is a table (got " + std::string(kind_name(entry.value)) + ")",
                        "write [" + key + "] and its keys below");
      else if (std::holds_alternative<toml_table>(entry.value.is))
        complain_of_table(entry.line, key);
      else
        complaints_.add(entry.line, key, "is not a known setting", unknown_key_remedy(key));
    }
  }

  std::vector<failure>& complaints() { return complaints_.all; }
  config_file& found() { return found_; }

 private:
  void complain_of_table(std::uint32_t line, const std::string& key) {
    std::vector<std::string_view> groups;
    for (const auto& k : setting_keys())
      if (const auto dot = k.key.rfind('.'); dot != std::string_view::npos)
        groups.push_back(k.key.substr(0, dot));
    const auto near = nearest(key, groups);
    complaints_.add(
        line, key, "is not a known table",
        near.empty() ? "remove it; README lists all settings" : "did you mean [" + std::string(near) + "]?");
  }

  static bool is_group(const std::string& key) {
    for (const auto& k : setting_keys())
      if (k.key.starts_with(key + ".")) return true;
    return false;
  }

  void read_value(std::size_t setting, const std::string& key, const toml_entry& entry) {
    const auto shape = setting_keys()[setting].shape;
    auto texts = texts_of(entry.value, shape);
    if (!texts) {
      complaints_.add(entry.line, key, "has the wrong type (got " + std::string(kind_name(entry.value)) + ")",
                      "write " + std::string(wanted(shape)));
      return;
    }
    found_.settings.push_back(
        {setting,
         entry.line,
         {*std::move(texts), layer::file, complaints_.source + ":" + std::to_string(entry.line)}});
  }

  void read_variables(const toml_entry& entry) {
    const auto* table = std::get_if<toml_table>(&entry.value.is);
    if (table == nullptr) {
      complaints_.add(entry.line, entry.key, "is a table (got " + std::string(kind_name(entry.value)) + ")",
                      "write [vars] and NAME = \"VALUE\" below");
      return;
    }
    for (const auto& one : *table) {
      const auto* text = std::get_if<std::string>(&one.value.is);
      if (text == nullptr)
        complaints_.add(one.line, "vars." + one.key,
                        "must be text (got " + std::string(kind_name(one.value)) + ")", "put it in quotes");
      else
        found_.variables.push_back({one.key, *text, complaints_.source + ":" + std::to_string(one.line)});
    }
  }

  config_file found_;
  complaint_list complaints_;
};

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (;;) {
    const auto comma = text.find(at);
    auto part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    parts.emplace_back(part);
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

layers::layers() : values_(setting_keys().size()) {
  for (std::size_t i = 0; i < values_.size(); ++i)
    if (const auto text = setting_keys()[i].default_value; !text.empty())
      values_[i] = layered_value{{std::string(text)}, layer::defaults, ""};
}

void layers::put(std::size_t setting, layered_value value) {
  auto& there = values_[setting];
  if (!there || there->from <= value.from) there = std::move(value);
}

const layered_value* layers::find(std::size_t setting) const {
  return values_[setting] ? &*values_[setting] : nullptr;
}

const layered_value* layers::find(std::string_view key) const {
  const auto setting = find_setting(key);
  return setting ? find(*setting) : nullptr;
}

void layers::put(given_variable given) {
  std::erase_if(variables_.values, [&given](const given_variable& v) { return v.name == given.name; });
  variables_.values.push_back(std::move(given));
}

namespace {

// `-o vars.NAME=VALUE`. False: the text is something else.
bool take_variable(layers& into, const std::string& text, std::vector<std::string>& names,
                   std::vector<failure>& complaints) {
  const auto equals = text.find('=');
  const auto key = text.substr(0, equals);
  constexpr std::size_t prefix = variables_table.size() + 1;
  if (!key.starts_with(variables_table) || key.size() <= prefix || key[prefix - 1] != '.') return false;
  const auto name = key.substr(prefix);
  const auto place = "-o " + (is_setting_like(key) ? key : std::string(variables_table));
  if (equals == std::string::npos)
    complain(complaints, place, "has no value", "write -o vars.NAME=VALUE");
  else if (std::ranges::find(names, name) != names.end())
    complain(complaints, place, "is given twice", "give it once");
  else
    into.put(given_variable{name, text.substr(equals + 1), place});
  names.push_back(name);
  return true;
}

// The texts of `-o KEY=VALUE`. nullopt: the value is not written as the setting wants it.
std::optional<std::vector<std::string>> texts_of(std::string_view value, setting_shape shape) {
  if (shape == setting_shape::rates) return split(value, ',');
  if (shape != setting_shape::arguments) return std::vector<std::string>{std::string{value}};
  const auto parsed = read_toml("value = " + std::string{value}, "");
  const bool is_alone = parsed.complaints.empty() && parsed.root.size() == 1;
  return is_alone ? texts_of(parsed.root.front().value, shape) : std::nullopt;
}

}  // namespace

void add_command_line(layers& into, const raw_options& raw, std::vector<failure>& complaints) {
  const auto keys = setting_keys();
  std::vector<std::string> given_by(keys.size());
  const auto take = [&](std::size_t setting, std::vector<std::string> texts, const std::string& place) {
    auto& before = given_by[setting];
    if (!before.empty()) {
      const bool same = before == place;
      complain(complaints, place,
               same ? std::string("is given twice")
                    : std::string(keys[setting].key) + " is given by " + before + " too",
               same ? "give it once" : "leave out one of the two");
      return;
    }
    before = place;
    into.put(setting, {std::move(texts), layer::command_line, place});
  };
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string flag(keys[i].flag);
    if (keys[i].single != nullptr && raw.*keys[i].single) take(i, {*(raw.*keys[i].single)}, flag);
    if (keys[i].repeated != nullptr && !(raw.*keys[i].repeated).empty()) take(i, raw.*keys[i].repeated, flag);
  }
  if (raw.no_read_first)
    if (const auto setting = find_setting("read_first")) take(*setting, {"false"}, "--no-read-first");

  std::vector<std::string> variables;
  for (const auto& text : raw.overrides) {
    if (take_variable(into, text, variables, complaints)) continue;
    const auto equals = text.find('=');
    const auto key = text.substr(0, equals);
    const auto setting = find_setting(key);
    if (!setting)
      complain(complaints, "-o " + (is_setting_like(key) ? key : "(not shown: it may be a key)"),
               "is not a known setting", unknown_key_remedy(key));
    else if (equals == std::string::npos)
      complain(complaints, "-o " + key, "has no value", "write -o " + key + "=VALUE");
    else {
      const auto shape = keys[*setting].shape;
      if (auto texts = texts_of(std::string_view{text}.substr(equals + 1), shape))
        take(*setting, *std::move(texts), "-o " + key);
      else
        complain(complaints, "-o " + key, "is not written as it should be",
                 "write " + std::string(wanted(shape)));
    }
  }
}

config_file read_config_file(std::string_view toml_text, const std::string& file_name,
                             std::vector<failure>& complaints) {
  auto parsed = read_toml(toml_text, file_name);
  complaints.insert(complaints.end(), parsed.complaints.begin(), parsed.complaints.end());
  file_reader reader(file_name);
  reader.read(parsed.root, "");
  complaints.insert(complaints.end(), reader.complaints().begin(), reader.complaints().end());
  return std::move(reader.found());
}

void add_profile(layers& into, const api::profile& profile) {
  const auto put = [&](std::string_view key, std::vector<std::string> texts) {
    if (const auto setting = find_setting(key))
      into.put(*setting, {std::move(texts), layer::profile, "profile " + profile.name});
  };
  const auto rates = [](const api::limit_set& limit) {
    std::vector<std::string> texts;
    for (const auto& w : limit.windows) texts.push_back(to_string(w));
    if (texts.empty()) texts.emplace_back("unlimited");
    return texts;
  };
  put("api.base_url", {profile.base_url});
  if (!profile.token_env.empty()) put("auth.token_env", {profile.token_env});
  put("limits.write", rates(profile.write_limits));
  put("limits.read", rates(profile.read_limits));
  if (profile.concurrency) put("concurrency", {std::to_string(*profile.concurrency)});
  std::vector<std::string> shared;
  for (const auto& l : profile.all_limits) shared.push_back(to_string(l));
  if (!shared.empty()) put("limits.all", std::move(shared));
  put("read_first", {profile.read_first_where_free ? "auto" : profile.read_first ? "true" : "false"});
}

}  // namespace pawl::config

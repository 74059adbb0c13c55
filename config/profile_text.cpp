#include "config/profile_text.hpp"

#include "config/field_forms.hpp"
#include "config/profile_keys.hpp"
#include "config/small_file.hpp"
#include "config/toml_text.hpp"
#include "engine/text/letter_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>

namespace pawl::config {
namespace {

const toml_value* find(const toml_table& table, std::string_view key) {
  const auto at = std::ranges::find(table, key, &toml_entry::key);
  return at == table.end() ? nullptr : &at->value;
}

const toml_table* find_table(const toml_table& table, std::string_view key) {
  const auto* value = find(table, key);
  return value == nullptr ? nullptr : std::get_if<toml_table>(&value->is);
}

std::string find_text(const toml_table& table, std::string_view key) {
  const auto* value = find(table, key);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->is);
  return text == nullptr ? std::string{} : *text;
}

// The value that a key has where it is not given, and where it comes from.
struct unsaid {
  std::string toml, from = "default";
};
constexpr const char* from_resource = "from [resource]";

// Tables that say something also where a file does not have them. The others stand for something that the API
// has or has not.
constexpr std::array<std::string_view, 4> always{"write", "read", "reply_headers", "error"};
// In the order in which they are printed.
constexpr std::array<std::string_view, 15> tables{
    "vars",   "resource",        "write",         "read",  "read_many", "write_many", "quiet", "auth",
    "limits", "request_headers", "reply_headers", "error", "whoami",    "list",       "names"};

class writer {
 public:
  writer(const toml_table& root, const api::profile& profile) : root_(root), profile_(profile) {}

  std::string all() {
    for (const auto& entry : root_)
      if (!is_section(entry)) line(entry);
    defaults("", root_);
    std::string missing;
    for (const auto name : tables) {
      if (const auto* given = find_table(root_, name))
        section(name, *given);
      else if (std::ranges::find(always, name) != always.end())
        section(name, {});
      else
        missing += (missing.empty() ? "[" : ", [") + std::string{name} + "]";
    }
    matches();
    rules();
    fields();
    if (const auto* readable = find_table(root_, "readable")) section("readable", *readable);
    if (!missing.empty()) text_ += "\n# The file does not have: " + missing + "\n";
    return std::move(text_);
  }

 private:
  static bool is_section(const toml_entry& entry) {
    return std::holds_alternative<toml_table>(entry.value.is) || entry.key == "rules";
  }

  void line(const std::string& key, const std::string& value, const std::string& comment) {
    text_ += fmt::format("{:<56}  # {}\n", toml_key(key) + " = " + value, comment);
  }
  void line(const toml_entry& entry) {
    line(entry.key, toml_text(entry.value), "line " + std::to_string(entry.line));
  }

  void section(std::string_view name, const toml_table& given) {
    text_ += "\n[" + std::string{name} + "]\n";
    for (const auto& entry : given) line(entry);
    defaults(name, given);
  }

  // The keys of the table that are not given and mean something all the same.
  void defaults(std::string_view table, const toml_table& given) {
    for (const auto& k : profile_keys()) {
      if (k.table != table || find(given, k.key) != nullptr) continue;
      if (const auto value = unsaid_of(k, given)) line(std::string{k.key}, value->toml, value->from);
    }
  }

  std::optional<unsaid> unsaid_of(const profile_key& k, const toml_table& given) const {
    const auto& resource = *find_table(root_, "resource");
    if (k.key == "id" && (k.table == "list" || k.table == "write" || k.table == "match.X"))
      return shows(k) ? std::optional{unsaid{toml_string(to_string(profile_.reply.id)), from_resource}}
                      : std::nullopt;
    if (k.table == "resource" && k.key == "id") return unsaid{toml_string(to_string(profile_.reply.id))};
    if (k.key == "path" && (k.table == "write" || k.table == "read")) {
      const auto path = find_text(resource, "path");
      return path.empty() ? std::nullopt : std::optional{unsaid{toml_string(path), from_resource}};
    }
    if (k.key == "method" && (k.table == "write" || k.table == "write_many"))
      return unsaid{toml_string(profile_.method), from_resource};
    if (k.key == "body_is") {
      if (!profile_.body_is) return std::nullopt;
      return unsaid{toml_string(to_string(*profile_.body_is))};
    }
    if (k.table == "auth" && k.key == "scheme") {
      if (find(given, "basic") != nullptr) return std::nullopt;
      const bool is_usual = equal_without_case(profile_.auth_header, "authorization");
      return unsaid{is_usual ? "\"Bearer\"" : "\"\""};
    }
    if (k.default_value.empty() || !shows(k)) return std::nullopt;
    return unsaid{std::string{k.default_value}};
  }

  // A write whose reply shows no resource has no places in it.
  bool shows(const profile_key& k) const {
    return k.table != "write" || (k.key != "id" && k.key != "root") || profile_.reply.echoes_resource();
  }

  void matches() {
    const auto* given = find_table(root_, "match");
    if (given == nullptr) return;
    for (const auto& entry : *given) {
      const auto& keys = std::get<toml_table>(entry.value.is);
      text_ += "\n[match." + toml_key(entry.key) + "]\n";
      for (const auto& key : keys) line(key);
      defaults("match.X", keys);
    }
  }

  // Conditions that a rule does not have match everything, so only its consequences are completed.
  void rules() {
    const auto* value = find(root_, "rules");
    const auto* list = value == nullptr ? nullptr : std::get_if<toml_list>(&value->is);
    if (list == nullptr) return;
    for (const auto& item : *list) {
      const auto& rule = std::get<toml_table>(item.is);
      text_ += "\n[[rules]]\n";
      for (const auto& entry : rule) line(entry);
      if (find_text(rule, "then") == "throttled" && find(rule, "scope") == nullptr)
        line("scope", "\"class\"", "default");
    }
  }

  void fields() {
    const auto* given = find_table(root_, "fields");
    if (given == nullptr) return;
    if (given->empty()) text_ += "\n[fields]\n";
    for (const auto& entry : *given) {
      const auto& keys = std::get<toml_table>(entry.value.is);
      text_ += "\n[fields." + toml_key(entry.key) + "]\n";
      for (const auto& key : keys) line(key);
      if (find(keys, "verb") != nullptr) continue;
      const auto index = profile_.find(entry.key);
      const auto& field = index ? profile_[*index] : *profile_.any_field;
      for (const auto& k : profile_keys()) {
        if (k.table != "fields.X" || find(keys, k.key) != nullptr) continue;
        if (const auto value = unsaid_of_field(k, field)) line(std::string{k.key}, value->toml, value->from);
      }
    }
  }

  std::optional<unsaid> unsaid_of_field(const profile_key& k, const api::field_spec& field) const {
    const bool walks = std::ranges::any_of(field.at, &path_step::each);
    const bool is_any = !profile_.find(field.name);
    if (k.key == "nullable") return unsaid{field.nullable ? "true" : "false"};
    if (k.key == "at") return unsaid{toml_string(to_string(field.at))};
    if (k.key == "compare") return unsaid{toml_string(name_of(compare_names, field.compare))};
    if (k.key == "echo") {
      if (field.compare == api::comparison::none) return std::nullopt;
      return unsaid{toml_string(to_string(field.echo)), "as it is written"};
    }
    if (k.key == "send" && walks) return std::nullopt;
    if (is_any && (k.key == "together" || k.key == "also_changes")) return std::nullopt;
    if (k.key == "together" && !field.together.empty()) return named_by_others(field);
    if (k.default_value.empty()) return std::nullopt;
    return unsaid{std::string{k.default_value}};
  }

  // `together` holds both ways, so another field may have said it.
  unsaid named_by_others(const api::field_spec& field) const {
    std::string names, places;
    for (const auto other : field.together) {
      const auto& name = profile_[other].name;
      names += (names.empty() ? "" : ", ") + toml_string(name);
      places += (places.empty() ? "from [fields." : ", [fields.") + toml_key(name) + "]";
    }
    return {"[" + names + "]", places};
  }

  const toml_table& root_;
  const api::profile& profile_;
  std::string text_;
};

}  // namespace

expected<profile_source> read_profile_source(const std::string& name) {
  if (is_profile_file(name)) {
    auto text = read_small_file(name, if_pipe::awaited);
    if (text) return profile_source{*std::move(text), name};
    return failure{failure_kind::usage, "", text.error().what, "name a readable file"};
  }
  if (const auto text = embedded_profile(name)) return profile_source{std::string{*text}, name + ".toml"};
  return no_such_profile(name);
}

std::string profile_in_full(const toml_table& root, const profile_result& compiled) {
  return writer(root, *compiled.value).all();
}

std::string embedded_profiles_in_words() {
  std::string text;
  const auto names = embedded_profile_names();
  std::size_t widest = 0;
  for (const auto& name : names) widest = std::max(widest, name.size());
  for (const auto& name : names) {
    const auto parsed = read_toml(*embedded_profile(name), name);
    const auto* resource = find_table(parsed.root, "resource");
    std::string needs;
    if (const auto* vars = find_table(parsed.root, "vars"))
      for (const auto& entry : *vars) needs += (needs.empty() ? "; needs vars." : ", vars.") + entry.key;
    text += fmt::format("{:<{}}  {}{}{}\n", name, widest, find_text(parsed.root, "base_url"),
                        resource == nullptr ? std::string{} : find_text(*resource, "path"), needs);
  }
  return text;
}

}  // namespace pawl::config

#include "config/profile_fields.hpp"

#include "config/field_forms.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/name_table.hpp"
#include "engine/text/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::config {
namespace {

using api::comparison;
using api::field_type;
using api::set_verb;

constexpr name_table<set_verb, 4> verb_names{{
    {"add_names", set_verb::add_names},
    {"remove_names", set_verb::remove_names},
    {"add_ids", set_verb::add_ids},
    {"remove_ids", set_verb::remove_ids},
}};

// [fields."*"]: the form of fields that have no table of their own.
constexpr std::string_view any_name = "*";

void read_lengths(table_reader& in, api::field_spec& field) {
  constexpr std::uint64_t longest = 262'144;  // a field of the input is refused above 256 KiB
  const auto min = in.count("min_length", 1, longest);
  const auto max = in.count("max_length", 1, longest);
  if ((min || max) && field.type != field_type::string) {
    in.complain(min ? "min_length" : "max_length", "stands with a string only",
                "set type = \"string\", or remove it");
    return;
  }
  field.min_length = static_cast<std::size_t>(min.value_or(0));
  field.max_length = static_cast<std::size_t>(max.value_or(0));
  if (min && max && *min > *max)
    in.complain("min_length", "is over max_length, so no text fits", "swap the two");
}

// Keeps names and where they stood; they are resolved when all fields are known.
class resolver {
 public:
  explicit resolver(const api::profile& p) : profile_(&p) {
    for (const auto& f : p.fields) known_.push_back(f.name);
  }
  std::optional<field_index> operator()(table_reader& in, std::string_view key,
                                        const std::string& name) const {
    if (const auto index = profile_->find(name)) return index;
    const auto near = nearest(name, known_);
    in.complain(
        key, "there is no field \"" + name + "\"",
        near.empty() ? "describe it as [fields." + name + "]" : "did you mean " + std::string(near) + "?");
    return std::nullopt;
  }

 private:
  const api::profile* profile_;
  std::vector<std::string_view> known_;
};

std::optional<std::string> scalar_json(const toml_value& value) {
  if (const auto* text = std::get_if<std::string>(&value.is)) return json_string(*text);
  if (const auto* flag = std::get_if<bool>(&value.is)) return std::string(*flag ? "true" : "false");
  if (const auto* whole = std::get_if<std::int64_t>(&value.is)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value.is)) return fmt::format("{}", *real);
  return std::nullopt;
}

void read_requires(table_reader& in, api::field_spec& field, const resolver& resolve) {
  for (auto& rule : in.tables("requires")) {
    api::requirement need;
    const auto* when = rule.find("when");
    const auto json = when == nullptr ? std::nullopt : scalar_json(when->value);
    if (when == nullptr)
      rule.complain_here("has no when", "write { when = \"VALUE\", needs = \"FIELD\" }");
    else if (!json)
      rule.complain("when", "must be a single value (got " + std::string(kind_name(when->value)) + ")",
                    "write the value that brings the need");
    else if (field.type == field_type::enumeration && !field.values.empty()) {
      const auto* text = std::get_if<std::string>(&when->value.is);
      if (text == nullptr || std::find(field.values.begin(), field.values.end(), *text) == field.values.end())
        rule.complain("when", *json + " is not among the field's values", "use one of them");
    }
    const auto needs = rule.required_text("needs", "name the field that must come along");
    rule.finish();
    if (!json || !needs) continue;
    const auto index = resolve(rule, "needs", *needs);
    if (!index) continue;
    need.when_json = *json;
    need.needs = *index;
    field.requires_.push_back(std::move(need));
  }
}

void read_verb(table_reader& in, api::profile& profile, field_index self, const resolver& resolve) {
  auto& field = profile.fields[to_index(self)];
  field.type = field_type::list;
  field.compare = comparison::none;
  if (const auto verb = one_of(in, "verb", verb_names)) field.verb = *verb;
  const auto target = in.required_text("target", "name the list field that the verb changes");
  in.finish();
  if (!target) return;
  const auto index = resolve(in, "target", *target);
  if (!index) return;
  field.verb_target = *index;
}

void read_plain(table_reader& in, api::profile& profile, field_index self, const resolver& resolve) {
  auto& field = profile.fields[to_index(self)];
  if (const auto type = one_of(in, "type", type_names)) field.type = *type;
  if (in.find("type") == nullptr)
    in.complain_here("has no type", "add type = \"string\" or another of " + joined_names(type_names, ", "));
  if (in.find("target") != nullptr)
    in.complain("target", "stands with a verb only", "add verb = \"add_ids\", or remove it");
  const auto nullable = in.boolean("nullable");
  field.nullable = nullable.value_or(false);
  read_values(in, field, profile);
  read_lengths(in, field);
  read_members(in, field);
  read_requires(in, field, resolve);

  const auto rides = in.text("rides_with");
  if (rides)
    if (const auto index = resolve(in, "rides_with", *rides)) {
      field.rides_with = index;
      if (*index == self) in.complain("rides_with", "names the field itself", "name another, or remove it");
    }
  read_form(in, field, profile, {rides.has_value(), nullable.has_value() && !*nullable});
  field.replay_safe = in.boolean("replay_safe").value_or(true);
  const auto together = in.text_or_texts("together").value_or(std::vector<std::string>{});
  for (const auto& name : together)
    if (const auto index = resolve(in, "together", name)) {
      if (*index == self)
        in.complain("together", "names the field itself", "name the others only");
      else
        field.together.push_back(*index);
    }
  field.also_changes = in.text_or_texts("also_changes").value_or(std::vector<std::string>{});
  in.finish();
}

void read_any(table_reader& in, api::profile& profile) {
  auto& field = profile.any_field.emplace();
  field.name = any_name;
  if (const auto type = one_of(in, "type", type_names)) field.type = *type;
  if (in.find("type") == nullptr)
    in.complain_here("has no type", "add type = \"string\" or another of " + joined_names(type_names, ", "));
  const auto nullable = in.boolean("nullable");
  field.nullable = nullable.value_or(false);
  read_values(in, field, profile);
  read_lengths(in, field);
  read_members(in, field);
  read_form(in, field, profile, {false, nullable.has_value() && !*nullable});
  field.replay_safe = in.boolean("replay_safe").value_or(true);
  in.finish();
}

void check_name(table_reader& fields, const toml_entry& entry, const api::profile& profile) {
  const auto& name = entry.key;
  if (name.empty() || name.find('.') != std::string::npos)
    fields.complain(name, "is no field's name", "use the key of the JSON object, without a dot");
  else if (name.front() == '_')
    fields.complain(name, "begins with _, which marks notes in an input", "such a field cannot be sent");
  else if (name == profile.id_column)
    fields.complain(name, "is the name of the id column as well", "set resource.id_column to another name");
  else if (name == "expect" || name == "patch")
    fields.complain(name, "means something else in an input", "such a field cannot be sent");
}

// `together` holds both ways, whichever of the two fields names the other.
void make_mutual(api::profile& profile) {
  for (std::size_t i = 0; i < profile.fields.size(); ++i)
    for (const auto other : profile.fields[i].together) {
      auto& back = profile.fields[to_index(other)].together;
      const auto self = static_cast<field_index>(i);
      if (std::find(back.begin(), back.end(), self) == back.end()) back.push_back(self);
    }
}

void check_targets(table_reader& fields, const api::profile& profile) {
  for (const auto& field : profile.fields) {
    if (field.verb == set_verb::none) continue;
    const auto& target = profile[field.verb_target];
    if (target.verb != set_verb::none || target.type != field_type::list || !api::is_set(target.compare))
      fields.complain(field.name, "its target " + target.name + " is not a list that is compared as a set",
                      "give the target type = \"list\" and compare = \"set\"");
  }
}

void read_readable(table_reader& root, api::profile& profile) {
  auto readable = root.table("readable");
  if (!readable) return;
  for (const auto& entry : readable->entries()) {
    api::readable_field field;
    field.name = entry.key;
    field.path = {{entry.key, false}};
    std::optional<field_type> type;
    if (std::holds_alternative<toml_table>(entry.value.is)) {
      auto inner = *readable->table(entry.key);
      type = one_of(inner, "type", type_names);
      if (inner.find("type") == nullptr)
        inner.complain_here("has no type",
                            "add type = \"string\" or another of " + joined_names(type_names, ", "));
      if (auto path = path_at(inner, "path")) {
        field.path = *std::move(path);
        if (field.path.empty()) inner.complain("path", "is empty", "write where the reply shows it");
      }
      inner.finish();
    } else {
      type = one_of(*readable, entry.key, type_names);
    }
    if (profile.find(entry.key))
      readable->complain(entry.key, "is described as a field already", "remove one of the two");
    if (!type) continue;
    field.type = *type;
    profile.readable.push_back(std::move(field));
  }
}

}  // namespace

void read_fields(table_reader& root, api::profile& profile) {
  if (auto fields = root.table("fields")) {
    constexpr std::size_t most = 65'000;  // positions have 16 bits, and the largest values are reserved
    if (fields->entries().size() > most) {
      fields->complain_here("has more than 65,000 fields", "describe those that are written");
      return;
    }
    std::vector<std::pair<table_reader, field_index>> readers;
    std::optional<table_reader> any;
    for (const auto& entry : fields->entries()) {
      auto reader = fields->table(entry.key);
      if (!reader) continue;
      if (entry.key == any_name) {
        any = *std::move(reader);
        continue;
      }
      check_name(*fields, entry, profile);
      readers.emplace_back(*std::move(reader), static_cast<field_index>(profile.fields.size()));
      profile.fields.emplace_back().name = entry.key;
    }
    const resolver resolve(profile);
    const auto before = root.complaints().all.size();
    for (auto& [reader, index] : readers) {
      if (reader.find("verb") != nullptr)
        read_verb(reader, profile, index, resolve);
      else
        read_plain(reader, profile, index, resolve);
    }
    if (any) read_any(*any, profile);
    if (root.complaints().all.size() == before) {
      make_mutual(profile);
      check_places(*fields, profile);
      check_targets(*fields, profile);
    }
  } else if (root.find("fields") == nullptr && !profile.pass_unknown_fields) {
    root.complaints().add(0, "fields", "is missing, so there is nothing to write",
                          "describe each as [fields.NAME], or set unknown_fields = \"pass\"");
  }
  read_readable(root, profile);
}

}  // namespace pawl::config

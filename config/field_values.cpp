// What a field may hold: `values` and `members`.
#include "config/field_forms.hpp"
#include "config/request_holes.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_string.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::config {
namespace {

using api::field_type;

void append_json(std::string& to, const api::json_template& value) {
  using kind = api::json_template::kind;
  const char* between = "";
  if (value.is == kind::object) {
    to += '{';
    for (const auto& [key, member] : value.members) {
      to += between;
      append_json_string(to, key);
      to += ':';
      append_json(to, member);
      between = ",";
    }
    to += '}';
  } else if (value.is == kind::array) {
    to += '[';
    for (const auto& element : value.elements) {
      to += between;
      append_json(to, element);
      between = ",";
    }
    to += ']';
  } else {
    to += value.text;
  }
}

void read_value_list(table_reader& in, const std::vector<std::string>& values) {
  if (values.empty()) in.complain("values", "is empty", "list what the API accepts");
  for (auto value = values.begin(); value != values.end(); ++value) {
    if (value->empty()) in.complain("values", "has an empty element", "remove it");
    if (std::find(values.begin(), value, *value) != value)
      in.complain("values", "names \"" + *value + "\" twice", "remove one");
  }
}

// values = { WORD = WIRE }
void read_value_table(table_reader& in, const api::profile& profile, api::field_spec& field) {
  auto table = in.table("values");
  if (table->entries().empty())
    in.complain("values", "is empty", "write { WORD = what the API takes for it }");
  for (const auto& entry : table->entries()) {
    auto wire = json_of(*table, entry.key, entry.value, profile);
    if (!wire) continue;
    if (entry.key.empty()) table->complain(entry.key, "is an empty word", "name it");
    if (*wire == "null") table->complain(entry.key, "stands for null", "remove it, and set nullable = true");
    const auto same = std::ranges::find_if(
        field.wire_values, [&wire](const std::string& other) { return is_same_json(other, *wire); });
    if (same != field.wire_values.end())
      table->complain(entry.key,
                      "stands for " + *wire + ", as " +
                          field.values[static_cast<std::size_t>(same - field.wire_values.begin())] +
                          " does, so a reply would not tell which",
                      "remove one of the two");
    field.values.push_back(entry.key);
    field.wire_values.push_back(*std::move(wire));
  }
}

bool is_table(const toml_entry* entry) {
  return entry != nullptr && std::holds_alternative<toml_table>(entry->value.is);
}

void read_member(table_reader& in, api::member_spec& member);

void read_members_into(table_reader& members, std::vector<api::member_spec>& into) {
  for (const auto& entry : members.entries()) {
    api::member_spec member;
    member.name = entry.key;
    const auto before = members.complaints().all.size();
    if (is_table(&entry)) {
      auto inner = *members.table(entry.key);
      read_member(inner, member);
    } else if (const auto type = one_of(members, entry.key, type_names)) {
      member.type = *type;
      if (*type == field_type::enumeration)
        members.complain(entry.key, "is an enum without values",
                         "write { type = \"enum\", values = [\"...\", \"...\"] }");
    }
    if (entry.key.empty() || entry.key.find('.') != std::string::npos)
      members.complain(entry.key, "is no member's name", "use a name without a dot");
    if (members.complaints().all.size() == before) into.push_back(std::move(member));
  }
}

void read_member(table_reader& in, api::member_spec& member) {
  if (const auto type = one_of(in, "type", type_names)) member.type = *type;
  if (in.find("type") == nullptr)
    in.complain_here("has no type", "add type = \"string\" or another of " + joined_names(type_names, ", "));
  member.nullable = in.boolean("nullable").value_or(false);
  member.replay_safe = in.boolean("replay_safe").value_or(true);
  const auto values = in.texts("values");
  if (values && member.type != field_type::enumeration)
    in.complain("values", "stands with an enum only", "set type = \"enum\", or remove it");
  else if (values)
    read_value_list(in, *values);
  else if (member.type == field_type::enumeration && in.find("values") == nullptr)
    in.complain_here("is an enum without values", "add values = [\"...\", \"...\"]");
  member.values = values.value_or(std::vector<std::string>{});
  if (auto members = in.table("members")) {
    if (member.type != field_type::object)
      in.complain("members", "stands with an object only", "set type = \"object\", or remove it");
    read_members_into(*members, member.members);
  }
  in.finish();
}

}  // namespace

std::optional<std::string> json_of(table_reader& in, std::string_view key, const toml_value& value,
                                   const api::profile& profile) {
  const auto made = hole_reader(profile.variables).json(in, key, value, {});
  if (!made) return std::nullopt;
  std::string json;
  append_json(json, *made);
  return json;
}

void read_values(table_reader& in, api::field_spec& field, const api::profile& profile) {
  const auto* given = in.find("values");
  if (field.type != field_type::enumeration) {
    if (given != nullptr)
      in.complain("values", "stands with an enum only", "set type = \"enum\", or remove it");
    return;
  }
  if (given == nullptr) {
    in.complain_here("is an enum without values", "add values = [\"...\", \"...\"]");
    return;
  }
  if (is_table(given)) {
    read_value_table(in, profile, field);
    return;
  }
  const auto values = in.texts("values");
  if (!values) return;
  read_value_list(in, *values);
  field.values = *values;
}

void read_members(table_reader& in, api::field_spec& field) {
  auto members = in.table("members");
  if (!members) return;
  if (field.type != field_type::object) {
    in.complain("members", "stands with an object only", "set type = \"object\", or remove it");
    return;
  }
  read_members_into(*members, field.members);
}

}  // namespace pawl::config

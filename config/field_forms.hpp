// Reads what a profile says of a field's values: their type, what is allowed, and where and how they stand on
// the wire.
#pragma once

#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"
#include "engine/text/name_table.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pawl::config {

inline constexpr name_table<api::field_type, 8> type_names{{
    {"string", api::field_type::string},
    {"enum", api::field_type::enumeration},
    {"boolean", api::field_type::boolean},
    {"number", api::field_type::number},
    {"timestamp", api::field_type::timestamp},
    {"list", api::field_type::list},
    {"object", api::field_type::object},
    {"json", api::field_type::json},
}};

inline constexpr name_table<api::comparison, 8> compare_names{{
    {"exact", api::comparison::exact},
    {"lines", api::comparison::lines},
    {"text", api::comparison::text},
    {"set", api::comparison::set},
    {"set_nocase", api::comparison::set_nocase},
    {"instant", api::comparison::instant},
    {"members", api::comparison::members},
    {"none", api::comparison::none},
}};

template <class T, std::size_t N>
std::optional<T> one_of(table_reader& in, std::string_view key, const name_table<T, N>& names) {
  const auto text = in.text(key);
  if (!text) return std::nullopt;
  const auto found = find_named(names, *text);
  if (!found) in.complain(key, "\"" + *text + "\" is " + none_of(names), "use one of these");
  return found;
}

std::optional<json_path> path_at(table_reader& in, std::string_view key);

// A value without holes as JSON text; unset: a complaint was made.
std::optional<std::string> json_of(table_reader&, std::string_view key, const toml_value&,
                                   const api::profile&);

// `values`, `members`; the type is known.
void read_values(table_reader&, api::field_spec&, const api::profile&);
void read_members(table_reader&, api::field_spec&);

struct form_facts {
  bool rides = false;         // has `rides_with`
  bool not_nullable = false;  // has `nullable = false`
};
// `at`, `echo`, `compare`, `wire`, `send`, `clear`; the type and the values are known.
void read_form(table_reader&, api::field_spec&, const api::profile&, const form_facts&);

// Complains of fields that are written at one place, or one inside of another.
void check_places(table_reader& fields, const api::profile&);

}  // namespace pawl::config

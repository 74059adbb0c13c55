// Values that users choose by name. One table beside each enum holds the names that are parsed and written,
// and the order in which messages and help list them. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

template <class Value>
struct named {
  std::string_view name;
  Value value;
};
template <class Value, std::size_t N>
using name_table = std::array<named<Value>, N>;

template <class Value, std::size_t N>
constexpr std::optional<Value> find_named(const name_table<Value, N>& table, std::string_view name) noexcept {
  for (const auto& each : table)
    if (each.name == name) return each.value;
  return std::nullopt;
}

// The name of a value; empty if the table does not have it.
template <class Value, std::size_t N>
constexpr std::string_view name_of(const name_table<Value, N>& table, const Value& value) noexcept {
  for (const auto& each : table)
    if (each.value == value) return each.name;
  return {};
}

// All names with `between` between them: "text|csv|ndjson", "text, csv, ndjson".
template <class Value, std::size_t N>
std::string joined_names(const name_table<Value, N>& table, std::string_view between) {
  std::string text;
  for (const auto& each : table) (text += text.empty() ? "" : between) += each.name;
  return text;
}

// What a message says of a value that is in no table: "neither csv nor ndjson", "not one of auto, line,
// plain, none".
template <class Value, std::size_t N>
std::string none_of(const name_table<Value, N>& table) {
  if constexpr (N == 2) return "neither " + joined_names(table, " nor ");
  return "not one of " + joined_names(table, ", ");
}

// All names as a choice: "text, csv or ndjson".
template <class Value, std::size_t N>
std::string alternatives(const name_table<Value, N>& table) {
  std::string text;
  for (std::size_t i = 0; i < N; ++i) {
    if (i > 0) text += i + 1 < N ? ", " : " or ";
    text += table[i].name;
  }
  return text;
}

}  // namespace pawl

// Values that users choose by name: one table beside each enum says what is parsed, what is written, and what
// messages and help list, in this order. Pure.
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

// Empty: the table does not have it.
template <class Value, std::size_t N>
constexpr std::string_view name_of(const name_table<Value, N>& table, const Value& value) noexcept {
  for (const auto& each : table)
    if (each.value == value) return each.name;
  return {};
}

// "text|csv|ndjson" and "text, csv, ndjson".
template <class Value, std::size_t N>
std::string joined_names(const name_table<Value, N>& table, std::string_view between) {
  std::string text;
  for (const auto& each : table) (text += text.empty() ? "" : between) += each.name;
  return text;
}

// For a value that has none of the names: "neither csv nor ndjson", "not one of auto, line, plain, none".
template <class Value, std::size_t N>
std::string none_of(const name_table<Value, N>& table) {
  if constexpr (N == 2) return "neither " + joined_names(table, " nor ");
  return "not one of " + joined_names(table, ", ");
}

// "text, csv or ndjson".
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

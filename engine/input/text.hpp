// Small questions about text that the whole room asks: is it UTF-8, how long is it for a person, how is it
// shown in a message, which known name was probably meant.
#pragma once

#include "engine/model/byte_arena.hpp"
#include "engine/text/json_string.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pawl::input {

// What a row of a legacy code page is called; validation gathers such rows under one complaint.
inline constexpr std::string_view not_utf8 = "is not valid UTF-8";

bool is_utf8(std::string_view) noexcept;

// Two facts about bytes, found in one pass.
struct byte_census {
  bool has_nul = false;
  bool has_non_ascii = false;
};
byte_census take_census(std::string_view) noexcept;

// Of valid UTF-8.
std::size_t count_code_points(std::string_view utf8) noexcept;

// Without the ASCII white space (space, tab, CR, LF) at both ends.
constexpr std::string_view trim(std::string_view text) noexcept {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The canonical JSON string (append_json_string) in an arena.
std::string_view json_string(std::string_view utf8, byte_arena&);

// For messages: in quotes, control characters and invisible ones as escapes, cut after 60 characters.
std::string shown(std::string_view utf8);
// The same for JSON text, which brings its own quotes.
std::string shown_json(std::string_view json);

}  // namespace pawl::input

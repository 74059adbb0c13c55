#include "engine/model/secret.hpp"

#include <algorithm>

namespace pawl {

std::string secret::label(std::string_view public_prefix) const {
  constexpr std::size_t shown = 4, hidden_at_least = 12;
  if (public_prefix.empty() || !value_.starts_with(public_prefix) ||
      value_.size() < public_prefix.size() + shown + hidden_at_least)
    return "(key)";
  return value_.substr(0, public_prefix.size() + shown) + "\u2026";
}

namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}

// ".csv", ".input", ".7z": what files end in, and what the parts of a token that have points between do not.
bool has_ending(std::string_view text) noexcept {
  const auto ending = text.substr(std::min(text.rfind('.'), text.size() - 1) + 1);
  return text.find('.') != std::string_view::npos && !ending.empty() && ending.size() <= 7 &&
         std::ranges::all_of(ending, [](char c) { return is_lower(c) || is_upper(c) || is_digit(c); });
}

}  // namespace

bool may_be_a_key(std::string_view text) noexcept {
  constexpr std::size_t shortest = 16;
  if (text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text.starts_with('~'))
    return false;
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; })) return false;
  for (;;) {
    const auto part = text.substr(0, text.find('/'));
    const bool mixed = std::ranges::any_of(part, is_digit) ||
                       (std::ranges::any_of(part, is_lower) && std::ranges::any_of(part, is_upper));
    if (part.size() >= shortest && mixed && !has_ending(part)) return true;
    if (part.size() == text.size()) return false;
    text.remove_prefix(part.size() + 1);
  }
}

}  // namespace pawl

#include "engine/model/secret.hpp"

#include "engine/text/ascii.hpp"

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

// Whether a text has an ending as file names have it: ".csv", ".input", ".7z". The parts of a token that has
// points in it do not look so.
bool has_ending(std::string_view text) noexcept {
  const auto ending = text.substr(std::min(text.rfind('.'), text.size() - 1) + 1);
  return text.find('.') != std::string_view::npos && !ending.empty() && ending.size() <= 7 &&
         std::ranges::all_of(ending, is_alphanumeric);
}

}  // namespace

bool may_be_a_key(std::string_view text) noexcept {
  constexpr std::size_t shortest = 16;
  if (text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text.starts_with('~'))
    return false;
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; })) return false;
  for (;;) {
    const auto part = text.substr(0, text.find('/'));
    if (part.size() >= shortest && !has_ending(part)) return true;
    if (part.size() == text.size()) return false;
    text.remove_prefix(part.size() + 1);
  }
}

}  // namespace pawl

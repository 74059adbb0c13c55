#include "engine/model/secret.hpp"

namespace pawl {

std::string secret::label(std::string_view public_prefix) const {
  constexpr std::size_t shown = 4, hidden_at_least = 12;
  if (public_prefix.empty() || !value_.starts_with(public_prefix) ||
      value_.size() < public_prefix.size() + shown + hidden_at_least)
    return "(key)";
  return value_.substr(0, public_prefix.size() + shown) + "\u2026";
}

}  // namespace pawl

#include "engine/model/rate.hpp"

#include "engine/text/amounts.hpp"
#include "engine/text/ascii.hpp"

#include <algorithm>
#include <cmath>

namespace pawl {

std::uint32_t left_by_reserve(const rate_window& window, double reserve) noexcept {
  // A millionth keeps 100 * (1 - 0.9) from becoming 9.
  const double share = std::floor(static_cast<double>(window.limit) * (1.0 - reserve) + 1e-6);
  return std::min(window.limit, static_cast<std::uint32_t>(std::max(share, 0.0)));
}

std::uint32_t usable(const rate_limit& limit, double reserve) noexcept {
  const auto dearest = std::min(limit.window.limit, std::max({1U, limit.read_cost, limit.write_cost}));
  return std::max(dearest, left_by_reserve(limit.window, reserve));
}

std::string to_string(const rate_window& window) {
  auto length = duration_text(window.length);
  if (window.length == std::chrono::hours{24}) length = "day";
  if (length.ends_with('m')) length.replace(length.size() - 1, 1, "min");
  if (length.starts_with('1') && !is_digit(length[1])) length.erase(0, 1);
  return std::to_string(window.limit) + "/" + length;
}

std::string to_string(const rate_limit& limit) {
  auto text = to_string(limit.window);
  if (limit.read_cost != 1) text += " read=" + std::to_string(limit.read_cost);
  if (limit.write_cost != 1) text += " write=" + std::to_string(limit.write_cost);
  return text;
}

}  // namespace pawl

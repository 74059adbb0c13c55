#include "engine/model/rate.hpp"

#include "engine/text/amounts.hpp"
#include "engine/text/ascii.hpp"

namespace pawl {

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

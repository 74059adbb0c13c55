#include "engine/model/rate.hpp"

#include "engine/text/amounts.hpp"
#include "engine/text/ascii.hpp"

namespace pawl {

std::string to_string(const rate_window& window) {
  auto length = duration_text(window.length);
  if (length.ends_with('m')) length.replace(length.size() - 1, 1, "min");
  if (length.starts_with('1') && !is_digit(length[1])) length.erase(0, 1);
  return std::to_string(window.limit) + "/" + length;
}

}  // namespace pawl

#include "engine/api/instant.hpp"

#include <chrono>

namespace pawl::api {
namespace {

// Takes `count` digits off the front; -1 if they are not there.
int take_number(std::string_view& rest, std::size_t count) noexcept {
  if (rest.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (rest[i] < '0' || rest[i] > '9') return -1;
    value = value * 10 + (rest[i] - '0');
  }
  rest.remove_prefix(count);
  return value;
}

bool take_one(std::string_view& rest, std::string_view choices) noexcept {
  if (rest.empty() || choices.find(rest.front()) == std::string_view::npos) return false;
  rest.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<instant> parse_instant(std::string_view text) noexcept {
  using namespace std::chrono;
  auto rest = text;
  const int y = take_number(rest, 4);
  if (y < 0 || !take_one(rest, "-")) return std::nullopt;
  const int mo = take_number(rest, 2);
  if (mo < 0 || !take_one(rest, "-")) return std::nullopt;
  const int d = take_number(rest, 2);
  if (d < 0 || !take_one(rest, "Tt ")) return std::nullopt;
  const int h = take_number(rest, 2);
  if (h < 0 || h > 23 || !take_one(rest, ":")) return std::nullopt;
  const int mi = take_number(rest, 2);
  if (mi < 0 || mi > 59 || !take_one(rest, ":")) return std::nullopt;
  const int s = take_number(rest, 2);
  if (s < 0 || s > 60) return std::nullopt;

  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;

  instant at;
  if (take_one(rest, ".")) {
    std::size_t length = 0;
    while (length < rest.size() && rest[length] >= '0' && rest[length] <= '9') ++length;
    if (length == 0) return std::nullopt;
    at.fraction = rest.substr(0, length);
    while (at.fraction.ends_with('0')) at.fraction.remove_suffix(1);
    if (at.fraction.empty()) at.fraction = {};
    rest.remove_prefix(length);
  }

  int offset_minutes = 0;
  if (!take_one(rest, "Zz")) {
    const bool west = rest.starts_with('-');
    if (!take_one(rest, "+-")) return std::nullopt;
    const int oh = take_number(rest, 2);
    if (oh < 0 || oh > 23 || !take_one(rest, ":")) return std::nullopt;
    const int om = take_number(rest, 2);
    if (om < 0 || om > 59) return std::nullopt;
    offset_minutes = (west ? -1 : 1) * (oh * 60 + om);
  }
  if (!rest.empty()) return std::nullopt;

  at.seconds = std::int64_t{sys_days{date}.time_since_epoch().count()} * 86'400 + h * 3'600 + mi * 60 + s -
               offset_minutes * 60;
  return at;
}

}  // namespace pawl::api

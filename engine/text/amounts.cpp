#include "engine/text/amounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pawl {

std::string grouped(std::uint64_t n) {
  auto digits = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(n), n == 1 ? one : many);
}

std::string in_words(std::chrono::nanoseconds d) {
  using namespace std::chrono;
  const auto s = std::max<std::int64_t>(0, ceil<seconds>(d).count());
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  const auto m = (s + 59) / 60;
  if (m < 24 * 60) return fmt::format("{} h {:02} min", m / 60, m % 60);
  const auto h = (m + 59) / 60;
  return fmt::format("{} d {} h", h / 24, h % 24);
}

std::string duration_text(std::chrono::nanoseconds d) {
  using namespace std::chrono;
  for (const auto& [unit, name] : {std::pair{nanoseconds{hours{1}}, "h"},
                                   {nanoseconds{minutes{1}}, "m"},
                                   {nanoseconds{seconds{1}}, "s"}})
    if (d.count() != 0 && d % unit == nanoseconds{0}) return std::to_string(d / unit) + name;
  return std::to_string(d / milliseconds{1}) + "ms";
}

}  // namespace pawl

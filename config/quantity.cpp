#include "config/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

namespace pawl::config {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds one_millisecond = std::chrono::milliseconds{1};
constexpr std::uint64_t most_per_window = 1'000'000;
constexpr nanoseconds longest_window = std::chrono::hours{24};
constexpr nanoseconds longest_duration = std::chrono::hours{1000};

const std::string rate_forms = "write it as 60/min, 20/10s, 5000/s, 100/h or unlimited";
const std::string duration_forms = "write it as 250ms, 3s, 15m or 1h";

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

enum class number_state { good, none, too_large };

// Takes decimal digits off the front of `text`.
number_state take_number(std::string_view& text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument) return number_state::none;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc{} ? number_state::good : number_state::too_large;
}

std::optional<nanoseconds> unit_of(std::string_view name) {
  if (name == "ms") return one_millisecond;
  if (name == "s") return std::chrono::seconds{1};
  if (name == "m") return std::chrono::minutes{1};
  if (name == "h") return std::chrono::hours{1};
  return std::nullopt;
}

}  // namespace

failure wrong_value(std::string what, std::string remedy) {
  return {failure_kind::usage, "", std::move(what), std::move(remedy)};
}

expected<std::optional<rate_window>> parse_rate(std::string_view text) {
  using result = std::optional<rate_window>;
  if (text == "unlimited") return result{};
  auto rest = text;
  std::uint64_t limit = 0;
  const auto state = take_number(rest, limit);
  if (state == number_state::none) return wrong_value(quoted(text) + " is not a rate", rate_forms);
  if (state == number_state::too_large || limit > most_per_window)
    return wrong_value(quoted(text) + " is more than 1,000,000 in a window",
                       "write a lower rate, or unlimited");
  if (rest.empty())
    return wrong_value(quoted(text) + " has no window", "write " + quoted(std::string(text) + "/min") +
                                                            ", or another of 60/min, 20/10s, 5000/s, 100/h");
  if (rest.front() != '/') return wrong_value(quoted(text) + " is not a rate", rate_forms);
  if (limit == 0)
    return wrong_value(quoted(text) + " would never send anything", "write at least 1, or unlimited");
  rest.remove_prefix(1);

  std::uint64_t count = 1;
  const auto count_state = take_number(rest, count);
  if (count_state == number_state::none) count = 1;
  if (count_state == number_state::good && count == 0)
    return wrong_value(quoted(text) + " has a window of no length", rate_forms);
  if (rest.find(',') != std::string_view::npos)
    return wrong_value(quoted(text) + " names several windows in one",
                       "give each its own: --rate 20/10s --rate 60/min, or a list in pawl.toml");
  const bool is_day = rest == "day" || rest == "d";
  const auto unit = is_day ? std::optional{longest_window} : unit_of(rest == "min" ? "m" : rest);
  if (!unit) {
    if (rest.empty()) return wrong_value(quoted(text) + " has no unit of time", rate_forms);
    return wrong_value(quoted(text) + ": " + quoted(rest) + " is no unit of time",
                       "use ms, s, min, h or day");
  }
  if (count_state == number_state::too_large ||
      count > static_cast<std::uint64_t>(longest_window.count() / unit->count()))
    return wrong_value(quoted(text) + " has a window of more than 24 h", rate_forms);
  return result{rate_window{static_cast<std::uint32_t>(limit), *unit * static_cast<std::int64_t>(count)}};
}

expected<std::vector<rate_window>> parse_rates(std::span<const std::string> texts) {
  std::vector<rate_window> windows;
  if (texts.empty()) return wrong_value("no rate is given", rate_forms);
  bool unlimited = false;
  for (const auto& text : texts) {
    const auto rate = parse_rate(text);
    if (!rate) return rate.error();
    if (*rate)
      windows.push_back(**rate);
    else
      unlimited = true;
  }
  if (unlimited && texts.size() > 1)
    return wrong_value("unlimited stands beside another rate", "write unlimited alone, or leave it out");
  return windows;
}

expected<rate_limit> with_costs(const rate_window& window, std::uint64_t read_cost,
                                std::uint64_t write_cost) {
  const auto text = to_string(window);
  if (read_cost > window.limit || write_cost > window.limit)
    return wrong_value("a request that costs more than " + text + " could never be sent",
                       "write what one request takes of the " + std::to_string(window.limit));
  if (read_cost == 0 && write_cost == 0)
    return wrong_value("nothing counts against " + text, "remove it, or let reads or writes cost 1");
  return rate_limit{window, static_cast<std::uint32_t>(read_cost), static_cast<std::uint32_t>(write_cost)};
}

expected<std::optional<rate_limit>> parse_limit(std::string_view text) {
  using result = std::optional<rate_limit>;
  const std::string forms = "write it as 900/min, or as 900/min read=1 write=5";
  const auto rate = parse_rate(text.substr(0, text.find(' ')));
  if (!rate) return rate.error();
  std::uint64_t costs[] = {1, 1};
  bool seen[] = {false, false};
  for (auto rest = text.substr(std::min(text.size(), text.find(' '))); !rest.empty();) {
    rest.remove_prefix(1);
    auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    if (word.empty()) continue;
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const bool is_write = name == "write";
    if ((!is_write && name != "read") || equals == std::string_view::npos || seen[is_write] || !*rate)
      return wrong_value(quoted(text) + " is not a rate with costs", forms);
    seen[is_write] = true;
    word.remove_prefix(equals + 1);
    if (take_number(word, costs[is_write]) != number_state::good || !word.empty())
      return wrong_value(quoted(text) + " is not a rate with costs", forms);
  }
  if (!*rate) return result{};
  auto limit = with_costs(**rate, costs[0], costs[1]);
  if (!limit) return limit.error();
  return result{*limit};
}

expected<std::vector<rate_limit>> parse_limits(std::span<const std::string> texts) {
  std::vector<rate_limit> limits;
  if (texts.empty()) return wrong_value("no rate is given", rate_forms);
  bool unlimited = false;
  for (const auto& text : texts) {
    const auto limit = parse_limit(text);
    if (!limit) return limit.error();
    if (*limit)
      limits.push_back(**limit);
    else
      unlimited = true;
  }
  if (unlimited && texts.size() > 1)
    return wrong_value("unlimited stands beside another rate", "write unlimited alone, or leave it out");
  return limits;
}

expected<duration> parse_duration(std::string_view text) {
  auto rest = text;
  std::uint64_t count = 0;
  const auto state = take_number(rest, count);
  if (state == number_state::none) return wrong_value(quoted(text) + " is not a duration", duration_forms);
  if (state == number_state::good && rest.empty())
    return wrong_value(quoted(text) + " has no unit", "write " + quoted(std::string(text) + "s") +
                                                          " for seconds; " + "units are ms, s, m, h");
  const auto unit = unit_of(rest);
  if (!unit) return wrong_value(quoted(text) + " is not a duration", duration_forms);
  if (state == number_state::too_large ||
      count > static_cast<std::uint64_t>(longest_duration.count() / unit->count()))
    return wrong_value(quoted(text) + " is longer than 1000 hours", "write a shorter one");
  return duration{*unit * static_cast<std::int64_t>(count)};
}

expected<double> parse_share(std::string_view text) {
  const std::string forms = "write it as 20% or 0.2";
  const bool percent = text.ends_with('%');
  const auto digits = percent ? text.substr(0, text.size() - 1) : text;
  double value = 0;
  // from_chars also reads "inf", "nan" and "-1"; a share must consist of digits and one point.
  const bool plain = !digits.empty() && digits.find_first_not_of("0123456789.") == std::string_view::npos;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (!plain || error != std::errc{} || end != digits.data() + digits.size())
    return wrong_value(quoted(text) + " is not a share", forms);
  if (percent) value /= 100;
  if (value > 1)
    return wrong_value(quoted(text) + " is more than the whole",
                       percent ? forms : "write a percent sign: " + quoted(std::string(text) + "%"));
  return value;
}

expected<std::uint64_t> parse_count(std::string_view text, std::uint64_t low, std::uint64_t high) {
  auto rest = text;
  std::uint64_t value = 0;
  const auto state = take_number(rest, value);
  if (state == number_state::none || !rest.empty())
    return wrong_value(quoted(text) + " is not a whole number", "write digits only");
  if (state == number_state::too_large || value < low || value > high)
    return wrong_value(quoted(text) + " is out of range",
                       "write a number from " + std::to_string(low) + " to " + std::to_string(high));
  return value;
}

}  // namespace pawl::config

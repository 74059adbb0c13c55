#include "tests/sandbox/clock.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace sandbox {
namespace {

constexpr time_us us_per_day = 86'400 * one_second;

struct civil_time {
  int year, month, day, hour, minute, second, millisecond, weekday;
};

civil_time to_civil(time_us t) {
  using namespace std::chrono;
  const sys_time<microseconds> point{microseconds{t}};
  const auto date = floor<days>(point);
  const year_month_day ymd{date};
  const hh_mm_ss<microseconds> clock{point - date};
  return {static_cast<int>(ymd.year()),
          static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count() / 1000),
          static_cast<int>(weekday{date}.c_encoding())};
}

void put_digits(char* at, int value, int width) {
  for (int i = width - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// Takes exactly `width` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

monotonic_clock::monotonic_clock()
    : wall_at_start_(std::chrono::duration_cast<std::chrono::microseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count()),
      start_(std::chrono::steady_clock::now()) {}

time_us monotonic_clock::now() const {
  const auto gone = std::chrono::steady_clock::now() - start_;
  return wall_at_start_ + std::chrono::duration_cast<std::chrono::microseconds>(gone).count();
}

void append_json_time(std::string& out, time_us t) {
  if (t == no_time) {
    out += "null";
    return;
  }
  const civil_time c = to_civil(t);
  char text[] = "\"0000-00-00T00:00:00.000Z\"";
  put_digits(text + 1, c.year, 4);
  put_digits(text + 6, c.month, 2);
  put_digits(text + 9, c.day, 2);
  put_digits(text + 12, c.hour, 2);
  put_digits(text + 15, c.minute, 2);
  put_digits(text + 18, c.second, 2);
  put_digits(text + 21, c.millisecond, 3);
  out.append(text, sizeof text - 1);
}

std::optional<time_us> parse_rfc3339(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !(take(text, 'T') || take(text, 't'))) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

  time_us fraction = 0;
  if (take(text, '.')) {
    time_us unit = one_second;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      unit /= 10;
      fraction += unit * (text.front() - '0');
      text.remove_prefix(1);
      ++digits;
    }
    if (digits == 0 || digits > 9) return std::nullopt;
  }

  time_us offset = 0;
  if (!(text == "Z" || text == "z")) {
    const bool west = text.starts_with('-');
    if (!take(text, '+') && !take(text, '-')) return std::nullopt;
    const auto hours = take_digits(text, 2);
    if (!hours || !take(text, ':')) return std::nullopt;
    const auto minutes = take_digits(text, 2);
    if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
    offset = (*hours * 60 + *minutes) * 60 * one_second * (west ? -1 : 1);
  }

  using namespace std::chrono;
  const year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                            std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const int within_minute = *second == 60 ? 59 : *second;
  return sys_days{date}.time_since_epoch().count() * us_per_day +
         ((*hour * 60 + *minute) * 60 + within_minute) * one_second + fraction - offset;
}

std::string http_date(time_us t) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const civil_time c = to_civil(t);
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                    days[static_cast<std::size_t>(c.weekday)], c.day,
                    months[static_cast<std::size_t>(c.month - 1)], c.year, c.hour, c.minute, c.second);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<std::chrono::microseconds> parse_duration(std::string_view text) {
  struct unit {
    std::string_view name;
    time_us length;
  };
  static constexpr std::array<unit, 7> units{{{"us", 1},
                                              {"ms", 1'000},
                                              {"s", one_second},
                                              {"sec", one_second},
                                              {"m", 60 * one_second},
                                              {"min", 60 * one_second},
                                              {"h", 3600 * one_second}}};
  std::uint32_t amount = 1;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error == std::errc::result_out_of_range) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(rest - text.data()));
  for (const unit& u : units) {
    if (name == u.name) return std::chrono::microseconds{amount * u.length};
  }
  if (name.empty() && amount == 0) return std::chrono::microseconds{0};
  return std::nullopt;
}

}  // namespace sandbox

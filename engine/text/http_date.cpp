#include "engine/text/http_date.hpp"

#include "engine/text/ascii.hpp"

#include <array>
#include <chrono>
#include <cstddef>

namespace pawl {
namespace {

using namespace std::chrono;

// Takes pieces off the front of a text. After one piece that does not fit, everything fails.
class taker {
 public:
  explicit taker(std::string_view text) : rest_(text) {}

  bool take(char c) noexcept {
    ok_ = ok_ && !rest_.empty() && rest_.front() == c;
    if (ok_) rest_.remove_prefix(1);
    return ok_;
  }
  // Takes exactly `digits` digits; `pad_space` allows a space in place of the first one (asctime's day).
  int number(std::size_t digits, bool pad_space = false) noexcept {
    if (rest_.size() < digits) ok_ = false;
    int value = 0;
    for (std::size_t i = 0; ok_ && i < digits; ++i) {
      const char c = rest_[i];
      if (pad_space && i == 0 && c == ' ') continue;
      ok_ = is_digit(c);
      value = value * 10 + (c - '0');
    }
    if (ok_) rest_.remove_prefix(digits);
    return ok_ ? value : 0;
  }
  std::string_view letters() noexcept {
    std::size_t n = 0;
    while (n < rest_.size() && ((rest_[n] >= 'A' && rest_[n] <= 'Z') || (rest_[n] >= 'a' && rest_[n] <= 'z')))
      ++n;
    ok_ = ok_ && n > 0;
    const auto word = rest_.substr(0, ok_ ? n : 0);
    if (ok_) rest_.remove_prefix(n);
    return word;
  }
  unsigned month() noexcept {
    constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto word = letters();
    for (std::size_t i = 0; i < names.size(); ++i)
      if (word == names[i]) return static_cast<unsigned>(i + 1);
    ok_ = false;
    return 0;
  }
  seconds clock_time() noexcept {
    const int h = number(2);
    take(':');
    const int m = number(2);
    take(':');
    const int s = number(2);
    ok_ = ok_ && h < 24 && m < 60 && s <= 60;  // 60: a leap second
    return hours{h} + minutes{m} + seconds{s};
  }
  bool gmt() noexcept {
    take(' ');
    ok_ = ok_ && rest_ == "GMT";
    if (ok_) rest_ = {};
    return ok_;
  }
  char peek() const noexcept { return ok_ && !rest_.empty() ? rest_.front() : '\0'; }
  bool done() const noexcept { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::optional<sys_time<microseconds>> parse_http_date(std::string_view text) noexcept {
  taker in(text);
  in.letters();  // weekday
  int year_number = 0, day_number = 0;
  unsigned month_number = 0;
  seconds time_of_day{};
  if (in.peek() == ',') {
    in.take(',');
    in.take(' ');
    day_number = in.number(2);
    if (in.peek() == '-') {  // Sunday, 06-Nov-94 08:49:37 GMT
      in.take('-');
      month_number = in.month();
      in.take('-');
      const int two_digits = in.number(2);
      // RFC 9110 chooses the century by the present date. A fixed limit keeps this function pure, and
      // suits the dates of the next decades.
      year_number = two_digits + (two_digits < 70 ? 2000 : 1900);
    } else {  // Sun, 06 Nov 1994 08:49:37 GMT
      in.take(' ');
      month_number = in.month();
      in.take(' ');
      year_number = in.number(4);
    }
    in.take(' ');
    time_of_day = in.clock_time();
    in.gmt();
  } else {  // Sun Nov  6 08:49:37 1994
    in.take(' ');
    month_number = in.month();
    in.take(' ');
    day_number = in.number(2, true);
    in.take(' ');
    time_of_day = in.clock_time();
    in.take(' ');
    year_number = in.number(4);
  }
  const year_month_day date{year{year_number}, month{month_number}, day{static_cast<unsigned>(day_number)}};
  if (!in.done() || !date.ok()) return std::nullopt;
  return sys_days{date} + time_of_day;
}

}  // namespace pawl

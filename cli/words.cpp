#include "cli/words.hpp"

#include "engine/text/redaction.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace pawl::cli {

std::string grouped(std::uint64_t n) {
  auto digits = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(n), n == 1 ? one : many);
}

std::string in_words(duration d) {
  using namespace std::chrono;
  const auto s = std::max<std::int64_t>(0, ceil<seconds>(d).count());
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  const auto m = (s + 59) / 60;
  if (m < 24 * 60) return fmt::format("{} h {:02} min", m / 60, m % 60);
  const auto h = (m + 59) / 60;
  return fmt::format("{} d {} h", h / 24, h % 24);
}

std::string rfc3339(wall_time t) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(t);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(t - whole).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(static_cast<std::time_t>(whole.time_since_epoch().count())), ms);
}

std::string date_and_time(wall_time t) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(t);
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                     fmt::gmtime(static_cast<std::time_t>(whole.time_since_epoch().count())));
}

std::string in_words(const api::rate_window& w) {
  using namespace std::chrono;
  if (w.length == seconds{1}) return fmt::format("{}/s", w.limit);
  if (w.length == minutes{1}) return fmt::format("{}/min", w.limit);
  if (w.length % seconds{1} != nanoseconds{0})
    return fmt::format("{}/{}ms", w.limit, duration_cast<milliseconds>(w.length).count());
  return fmt::format("{}/{}s", w.limit, duration_cast<seconds>(w.length).count());
}

std::string printable_line(std::string_view line) {
  return printable(line, std::string_view::npos) + "\n";
}

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    const auto c = first_code_point(text);
    if (c.bytes == 0) {
      to += "\xef\xbf\xbd";
      text.remove_prefix(1);
      continue;
    }
    if (c.value == '"')
      to += "\\\"";
    else if (c.value == '\\')
      to += "\\\\";
    else if (c.value == '\n')
      to += "\\n";
    else if (is_control(c.value))
      to += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c.value));
    else
      to += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  to += '"';
}

std::size_t column_count(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

std::string_view first_columns(std::string_view text, std::size_t columns) noexcept {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xc0u) != 0x80u && columns-- == 0) break;
  return text.substr(0, at);
}

}  // namespace pawl::cli

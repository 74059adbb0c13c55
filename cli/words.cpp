#include "cli/words.hpp"

#include "engine/model/redaction.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace pawl::cli {
namespace {

struct code_point {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: not UTF-8 at this place
};

// One code point as RFC 3629 allows it: no overlong form, no surrogate, nothing over U+10FFFF.
code_point decode(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  char32_t value = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return {};
    value = value << 6 | (byte(i) & 0x3fu);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, length};
}

bool is_control(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

enum class line_ends { escape, keep };

std::string escaped(std::string_view text, std::size_t max_bytes, line_ends ends) {
  std::string out;
  while (!text.empty()) {
    if (out.size() >= max_bytes) return out + "...";
    const auto c = decode(text);
    if (c.bytes == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (c.value == '\n' && ends == line_ends::keep)
      out += '\n';
    else if (c.value == '\n')
      out += "\\n";
    else if (c.value == '\r')
      out += "\\r";
    else if (c.value == '\t')
      out += "\\t";
    else if (is_control(c.value))
      out += c.value < 0x80 ? fmt::format("\\x{:02x}", static_cast<std::uint32_t>(c.value))
                            : fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c.value));
    else
      out += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  return out;
}

}  // namespace

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

std::string printable(std::string_view text, std::size_t max_bytes) {
  if (!holds_secret(text)) return escaped(text, max_bytes, line_ends::escape);
  std::string concealed{text};
  conceal_secrets(concealed);
  return escaped(concealed, max_bytes, line_ends::escape);
}

std::string printable_lines(std::string_view text) {
  return escaped(text, std::string_view::npos, line_ends::keep);
}

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    const auto c = decode(text);
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
    else if (c.value < 0x20)
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

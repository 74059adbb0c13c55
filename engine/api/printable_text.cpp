#include "engine/api/printable_text.hpp"

#include "engine/model/redaction.hpp"

#include <cstdint>

namespace pawl::api {
namespace {

// The length of the code point at the front (Unicode 15, table 3-7); 0: not well formed.
std::size_t point_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const auto first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool good = continues(1) && continues(2) && !(first == 0xe0 && second < 0xa0) &&
                      !(first == 0xed && second > 0x9f);
    return good ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool good = continues(1) && continues(2) && continues(3) && !(first == 0xf0 && second < 0x90) &&
                      !(first == 0xf4 && second > 0x8f);
    return good ? 4 : 0;
  }
  return 0;
}

bool is_control(std::string_view point) noexcept {
  const auto first = static_cast<unsigned char>(point.front());
  if (point.size() == 1) return first < 0x20 || first == 0x7f;
  return point.size() == 2 && first == 0xc2 && static_cast<unsigned char>(point[1]) < 0xa0;
}

}  // namespace

std::optional<std::size_t> first_malformed(std::string_view text) noexcept {
  const auto size = text.size();
  while (!text.empty()) {
    const auto length = point_length(text);
    if (length == 0) return size - text.size();
    text.remove_prefix(length);
  }
  return std::nullopt;
}

void append_printable(std::string& to, std::string_view text, std::size_t max_bytes) {
  // Before it is cut: a part of a key is not to be shown either.
  if (holds_secret(text)) {
    std::string concealed{text};
    conceal_secrets(concealed);
    append_printable(to, concealed, max_bytes);
    return;
  }
  const auto full = to.size() + max_bytes;
  while (!text.empty()) {
    const auto length = point_length(text);
    auto point = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(point.size());
    if (length == 0)
      point = "\xef\xbf\xbd";
    else if (is_control(point))
      point = " ";
    if (to.size() + point.size() > full) return;
    to.append(point);
  }
}

}  // namespace pawl::api

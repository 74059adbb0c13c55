#include "engine/api/printable_text.hpp"

#include "engine/text/printable.hpp"
#include "engine/text/redaction.hpp"

#include <algorithm>

namespace pawl::api {

std::optional<std::size_t> first_malformed(std::string_view text) noexcept {
  const auto size = text.size();
  while (!text.empty()) {
    const auto c = first_code_point(text);
    if (c.bytes == 0) return size - text.size();
    text.remove_prefix(c.bytes);
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
  std::string escape;
  while (!text.empty()) {
    const auto c = first_code_point(text);
    auto point = text.substr(0, std::max<std::size_t>(1, c.bytes));
    text.remove_prefix(point.size());
    if (c.bytes == 0) {
      point = "\xef\xbf\xbd";
    } else if (c.value == '\n' || c.value == '\r' || c.value == '\t') {
      point = " ";
    } else if (is_control(c.value)) {
      escape.clear();
      append_escaped(escape, c, point.front());
      point = escape;
    }
    if (to.size() + point.size() > full) return;
    to.append(point);
  }
}

}  // namespace pawl::api

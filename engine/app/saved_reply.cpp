#include "engine/app/saved_reply.hpp"

#include "engine/text/trim.hpp"

#include <charconv>

namespace pawl::app {
namespace {

// The line up to its end, which is dropped from `rest`.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

saved_reply read_saved_reply(std::string_view text) {
  saved_reply reply;
  while (text.starts_with("HTTP/")) {
    reply.status = 0;
    reply.headers.clear();
    const auto first = take_line(text);
    if (const auto space = first.find(' '); space != std::string_view::npos) {
      const auto digits = first.substr(space + 1, 3);
      std::from_chars(digits.data(), digits.data() + digits.size(), reply.status);
    }
    while (!text.empty()) {
      const auto line = take_line(text);
      if (line.empty()) break;
      if (const auto colon = line.find(':'); colon != std::string_view::npos)
        reply.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
  }
  reply.body = text;
  return reply;
}

}  // namespace pawl::app

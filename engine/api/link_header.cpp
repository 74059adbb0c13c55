#include "engine/api/link_header.hpp"

#include "engine/text/letter_case.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>

namespace pawl::api {
namespace {

void drop_blanks(std::string_view& text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

// Takes the value of a parameter off the front: a word, or a quoted text without its quotes. Escapes stay: no
// relation has one.
std::string_view take_value(std::string_view& text) noexcept {
  if (!text.starts_with('"')) {
    const auto word = text.substr(0, text.find_first_of(";, \t"));
    text.remove_prefix(word.size());
    return word;
  }
  std::size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  const auto inner = text.substr(1, end - 1);
  text.remove_prefix(std::min(end + 1, text.size()));
  return inner;
}

bool says_next(std::string_view relations) noexcept {
  while (!relations.empty()) {
    drop_blanks(relations);
    const auto word = relations.substr(0, relations.find_first_of(" \t"));
    if (equal_without_case(word, "next")) return true;
    relations.remove_prefix(word.size());
  }
  return false;
}

// Reads the parameters behind a target, up to the comma before the next link. Whether the link is one to the
// next page.
bool take_parameters(std::string_view& text) {
  bool has_relation = false, is_next = false, is_elsewhere = false;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_of(";,"), text.size()));
    if (!text.starts_with(';')) return is_next && !is_elsewhere;
    text.remove_prefix(1);
    drop_blanks(text);
    const auto name = text.substr(0, text.find_first_of("=;, \t"));
    text.remove_prefix(name.size());
    drop_blanks(text);
    if (!text.starts_with('=')) continue;
    text.remove_prefix(1);
    drop_blanks(text);
    const auto value = take_value(text);
    if (equal_without_case(name, "anchor")) is_elsewhere = true;
    if (!equal_without_case(name, "rel") || has_relation) continue;  // the first one counts (section 3.3)
    has_relation = true;
    is_next = says_next(value);
  }
}

}  // namespace

std::vector<std::string_view> next_links(std::span<const header_field> headers) {
  std::vector<std::string_view> found;
  for (const auto& h : headers) {
    if (!equal_without_case(h.name, "Link")) continue;
    auto text = h.value;
    for (;;) {
      const auto begin = text.find('<');
      const auto end = text.find('>', begin);
      if (end == std::string_view::npos) break;
      const auto target = trim(text.substr(begin + 1, end - begin - 1));
      text.remove_prefix(end + 1);
      if (take_parameters(text) && std::ranges::find(found, target) == found.end()) found.push_back(target);
    }
  }
  return found;
}

}  // namespace pawl::api

#include "engine/api/joined_list.hpp"

#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <cstddef>

namespace pawl::api {
namespace {

join_flaw flaw_of(std::string_view element, std::string_view separator) {
  if (element.empty()) return join_flaw::empty;
  if (trim(element).size() != element.size()) return join_flaw::white_space;
  return element.find(separator) != std::string_view::npos ? join_flaw::separator : join_flaw::none;
}

}  // namespace

std::vector<std::string_view> split_joined(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> elements;
  for (auto rest = text;;) {
    const auto at = separator.empty() ? std::string_view::npos : rest.find(separator);
    if (const auto element = trim(rest.substr(0, at)); !element.empty()) elements.push_back(element);
    if (at == std::string_view::npos) return elements;
    rest.remove_prefix(at + separator.size());
  }
}

joined_list join_list(std::string_view list, std::string_view separator) {
  joined_list made;
  std::vector<std::string_view> tokens;
  std::vector<std::string> texts;
  const auto fail = [&made](join_flaw flaw, std::string_view element) {
    made.flaw = flaw;
    made.element = element;
    return false;
  };
  const bool is_list = for_each_element(list, [&](std::string_view token) {
    if (!is_string_token(token)) return fail(join_flaw::no_list, {});
    tokens.push_back(token);
    const auto text = text_of_token(token);
    if (!text) return fail(join_flaw::no_text, token);
    if (!texts.empty()) made.text += separator;
    made.text += texts.emplace_back(*text);
    return true;
  });
  if (!is_list) {
    if (made.flaw == join_flaw::none) made.flaw = join_flaw::no_list;
    return made;
  }
  const auto split = split_joined(made.text, separator);
  if (std::ranges::equal(split, texts)) return made;
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (const auto flaw = flaw_of(texts[i], separator); flaw != join_flaw::none) {
      fail(flaw, tokens[i]);
      return made;
    }
  // Every element is sound by itself, so what was divided elsewhere is one with its neighbour.
  const auto differs = std::ranges::mismatch(split, texts).in2 - texts.begin();
  fail(join_flaw::neighbour, tokens[std::min(static_cast<std::size_t>(differs), tokens.size() - 1)]);
  return made;
}

}  // namespace pawl::api

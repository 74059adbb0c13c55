#include "engine/text/json_path.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace pawl {
namespace {

constexpr bool is_quote(char c) noexcept {
  return c == '"' || c == '\'';
}

// Takes a quoted word off the front of `text`.
bool take_quoted(std::string_view& text, std::string& word) {
  const auto size = text.front() == '"' ? string_token_size(text) : text.find('\'', 1) + 1;
  if (size == 0) return false;
  const auto inner = text.substr(1, size - 2);
  if (text.front() == '\'')
    word = inner;
  else if (append_strictly_unescaped(word, inner) != escape_flaw::none)
    return false;
  text.remove_prefix(size);
  return true;
}

// Takes a word off the front of `text`: quoted, or everything before one of `ends`. False: there is none.
bool take_word(std::string_view& text, std::string_view ends, std::string& word) {
  if (text.empty()) return false;
  if (is_quote(text.front())) return take_quoted(text, word);
  word = text.substr(0, text.find_first_of(ends));
  text.remove_prefix(word.size());
  return !word.empty();
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Reads what stands behind an opening bracket, and the closing one.
bool take_bracket(std::string_view& text, path_step& step) {
  if (take(text, ']')) return step.each = true;
  auto& pick = step.pick.emplace();
  if (const auto* end = text.data() + text.size(); !text.empty() && is_digit(text.front())) {
    const auto [at, failed] = std::from_chars(text.data(), end, pick.index);
    const auto digits = static_cast<std::size_t>(at - text.data());
    if (failed == std::errc{} && text.substr(digits).starts_with(']')) {
      if (digits > 1 && text.front() == '0') return false;
      text.remove_prefix(digits + 1);
      return true;
    }
    pick.index = 0;
  }
  const auto padded = [](const std::string& word) { return word.starts_with(' ') || word.ends_with(' '); };
  const bool quoted = !text.empty() && is_quote(text.front());
  if (!take_word(text, "=.[]", pick.member) || pick.member.empty() || (!quoted && padded(pick.member)) ||
      !take(text, '='))
    return false;
  const bool quoted_value = !text.empty() && is_quote(text.front());
  return take_word(text, "[]", pick.value) && (quoted_value || !padded(pick.value)) && take(text, ']');
}

bool is_bare(std::string_view word) noexcept {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
  });
}

void append_word(std::string& to, std::string_view word) {
  const bool is_literal =
      std::ranges::none_of(word, [](char c) { return c == '\'' || static_cast<unsigned char>(c) < 0x20; });
  if (is_bare(word))
    to += word;
  else if (is_literal)
    ((to += '\'') += word) += '\'';
  else
    append_json_string(to, word);
}

}  // namespace

std::optional<json_path> parse_json_path(std::string_view text) {
  json_path path;
  while (!text.empty()) {
    path_step step;
    const bool starts_at_array = path.empty() && text.front() == '[';
    const bool quoted = is_quote(text.front());
    if (!starts_at_array && !take_word(text, ".[]", step.key)) return std::nullopt;
    if (take(text, '[')) {
      // An empty name here would read as "the array itself".
      if (path.empty() && quoted && step.key.empty()) return std::nullopt;
      if (!take_bracket(text, step)) return std::nullopt;
    }
    path.push_back(std::move(step));
    if (text.empty()) break;
    if (!take(text, '.') || text.empty()) return std::nullopt;
  }
  return path;
}

std::string to_string(const json_path& path) {
  std::string text;
  for (const auto& step : path) {
    if (!text.empty()) text += '.';
    if (&step != path.data() || !step.key.empty() || !is_array(step)) append_word(text, step.key);
    if (step.each) text += "[]";
    if (!step.pick) continue;
    text += '[';
    if (step.pick->member.empty()) {
      text += std::to_string(step.pick->index);
    } else {
      append_word(text, step.pick->member);
      text += '=';
      append_word(text, step.pick->value);
    }
    text += ']';
  }
  return text;
}

}  // namespace pawl

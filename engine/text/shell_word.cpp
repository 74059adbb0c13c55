#include "engine/text/shell_word.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/printable.hpp"

#include <algorithm>

namespace pawl {
namespace {

bool is_risky(code_point c) noexcept {
  return c.bytes == 0 || is_control(c.value) || is_invisible(c.value);
}

bool has_risky(std::string_view text) noexcept {
  return !for_each_code_point(text, [](code_point c, std::string_view) { return !is_risky(c); }).empty();
}

// A format of printf(1) between single quotes. Escapes are octal, because every shell's printf knows those.
std::string printed(std::string_view text) {
  std::string format;
  for_each_code_point(text, [&format](code_point c, std::string_view point) {
    if (is_risky(c)) {
      for (const char byte : point) {
        const auto value = static_cast<unsigned char>(byte);
        format += '\\';
        format += static_cast<char>('0' + (value >> 6));
        format += static_cast<char>('0' + (value >> 3 & 7));
        format += static_cast<char>('0' + (value & 7));
      }
    } else if (point == "'") {
      format += "\\047";
    } else if (point == "%" || point == "\\") {
      format.append(point).append(point);
    } else {
      format += point;
    }
    return true;
  });
  return "\"$(printf '" + format + "')\"";
}

}  // namespace

std::string shell_word(std::string_view text) {
  static constexpr std::string_view safe = "@%+=:,./_-";
  const auto plain = [](char c) { return is_alphanumeric(c) || safe.find(c) != std::string_view::npos; };
  if (!text.empty() && std::ranges::all_of(text, plain)) return std::string{text};
  if (has_risky(text)) {
    // A command substitution drops line ends at the end of its output, so they are quoted outside of it.
    const auto last = text.find_last_not_of('\n');
    const auto body = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    const auto line_ends = text.substr(body.size());
    auto word = body.empty() ? std::string{} : has_risky(body) ? printed(body) : shell_word(body);
    return line_ends.empty() ? word : word.append("'").append(line_ends) + "'";
  }
  std::string quoted = "'";
  for (const char c : text)
    if (c == '\'')
      quoted += R"('\'')";
    else
      quoted += c;
  return quoted + "'";
}

std::string shell_words(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) (line += line.empty() ? "" : " ") += shell_word(word);
  return line;
}

std::string shell_path(std::string_view path) {
  if (!path.starts_with('-')) return shell_word(path);
  std::string dotted = "./";
  return shell_word(dotted.append(path));
}

std::string shell_flag(std::string_view flag, std::string_view value) {
  std::string text{flag};
  if (!value.starts_with('-')) return text + ' ' + shell_word(value);
  return shell_word(text.append("=").append(value));
}

}  // namespace pawl

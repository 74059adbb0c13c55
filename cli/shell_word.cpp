#include "cli/shell_word.hpp"

#include <algorithm>

namespace pawl::cli {

std::string shell_word(std::string_view text) {
  static constexpr std::string_view safe = "@%+=:,./_-";
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           safe.find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return std::string{text};
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

}  // namespace pawl::cli

#include "cli/render/shown_arguments.hpp"

#include "engine/text/shown_url.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace pawl::cli {
namespace {

constexpr std::array<std::string_view, 2> flags_with_url{"--proxy", "--base-url"};
constexpr std::array<std::string_view, 2> settings_with_url{"proxy=", "api.base_url="};

void conceal_behind(std::string& word, std::size_t at) {
  word = word.substr(0, at) + shown_url(std::string_view{word}.substr(at));
}

// The arguments of a program may hold secrets.
constexpr std::string_view setting_with_arguments = "auth.token_command=";

void conceal_setting(std::string& word, std::size_t at) {
  if (std::string_view{word}.substr(at).starts_with(setting_with_arguments)) {
    word = word.substr(0, at) + std::string{setting_with_arguments} + "[\"" + std::string{unshown} + "\"]";
    return;
  }
  for (const auto key : settings_with_url)
    if (std::string_view{word}.substr(at).starts_with(key)) return conceal_behind(word, at + key.size());
}

}  // namespace

std::vector<std::string> shown_arguments(std::vector<std::string> arguments) {
  std::string before;
  for (auto& word : arguments) {
    const auto given = word;
    if (std::ranges::find(flags_with_url, before) != flags_with_url.end())
      conceal_behind(word, 0);
    else if (before == "-o")
      conceal_setting(word, 0);
    else if (word.starts_with("-o") && word.size() > 2)
      conceal_setting(word, 2);
    else
      for (const auto flag : flags_with_url)
        if (word.starts_with(flag) && word.substr(flag.size()).starts_with('='))
          conceal_behind(word, flag.size() + 1);
    before = given;
  }
  return arguments;
}

}  // namespace pawl::cli

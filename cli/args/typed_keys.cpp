#include "cli/args/typed_keys.hpp"

#include "config/profile_loader.hpp"
#include "config/setting_keys.hpp"
#include "config/token.hpp"
#include "engine/model/secret.hpp"
#include "engine/text/shown_url.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace pawl::cli {
namespace {

// The values of these flags are data, or names of files that are created.
constexpr std::array<std::string_view, 26> of_data{
    "--set",           "--map",         "--only-if",    "--where",        "--note",   "--expect",
    "--ignore-column", "--id-column",   "--base-url",   "--proxy",        "--rate",   "--read-rate",
    "--reserve",       "--concurrency", "--limit",      "--max-failures", "--retry",  "--format",
    "--summary",       "--progress",    "--log-format", "--log-file",     "--ledger", "--state-dir",
    "--out",           "--outcome"};

bool is_of_data(std::string_view flag) {
  return std::ranges::find(of_data, flag) != of_data.end();
}

bool is_of_url(std::string_view flag) {
  return flag == "--base-url" || flag == "--proxy";
}

}  // namespace

std::vector<std::string> typed_keys(const std::vector<std::string>& arguments,
                                    const std::function<bool(const std::string&)>& is_there) {
  std::vector<std::string> found;
  const auto look_at_url = [&](const std::string& text) {
    for (auto& secret : secrets_of_url(text)) found.push_back(std::move(secret));
  };
  const auto look = [&](const std::string& word) {
    if (word.find("://") != std::string::npos) look_at_url(word);
    if (may_be_a_key(word) && !is_there(word) && !config::embedded_profile(word)) found.push_back(word);
  };
  const auto look_at_setting = [&](const std::string& text) {
    const auto equals = text.find('=');
    const auto key = text.substr(0, equals);
    if (key == "proxy" || key == "api.base_url") look_at_url(text.substr(equals + 1));
    if (!config::is_setting_like(key)) look(key);
    // The arguments of a program may be anything; shown_arguments() leaves them out.
    if (key == "auth.token_command") return;
    if (equals != std::string::npos && (key.starts_with("auth.") || key.starts_with("tls.")))
      look(text.substr(equals + 1));
  };
  std::string flag;  // the flag whose value the next word is
  for (const auto& word : arguments) {
    const auto of = std::exchange(flag, {});
    if (word.size() > 1 && word.starts_with('-')) {
      const auto equals = word.find('=');
      const auto name = word.substr(0, equals);
      if (name.starts_with("-o") && name.size() > 2)
        look_at_setting(word.substr(2));
      else if (equals == std::string::npos)
        flag = word;
      else if (is_of_url(name))
        look_at_url(word.substr(equals + 1));
      else if (!is_of_data(name))
        look(word.substr(equals + 1));
      continue;
    }
    if (of == "-o")
      look_at_setting(word);
    else if (of == "--token-env")
      // Names of variables may be as long as keys.
      config::shown_token_variable(word) == word ? void() : look(word);
    else if (is_of_url(of))
      look_at_url(word);
    else if (!is_of_data(of))
      look(word);
  }
  return found;
}

}  // namespace pawl::cli

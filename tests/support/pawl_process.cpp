#include "tests/support/pawl_process.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace pawl::test {
namespace {

constexpr const char* token_variable = "PRODUCTLANE_API_KEY";

bool talks_to_the_api(const std::vector<std::string>& arguments) {
  static constexpr std::array<std::string_view, 5> commands{"run", "plan", "verify", "pull", "doctor"};
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return std::find(commands.begin(), commands.end(), argument) != commands.end();
  });
}

void add_unless_there(std::vector<std::string>& arguments, const char* flag, const std::string& value) {
  const bool there = std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return argument == flag || argument.starts_with(std::string{flag} + '=');
  });
  if (there) return;
  arguments.emplace_back(flag);
  arguments.push_back(value);
}

}  // namespace

std::filesystem::path pawl_workspace::input(std::string_view name, std::string_view content) const {
  const std::filesystem::path file = files_ / name;
  write_file(file, content);
  return file;
}

child_options pawl_workspace::command(std::vector<std::string> arguments) const {
  child_options wanted;
  const char* const other = std::getenv("PAWL_BINARY");
  wanted.program = other != nullptr ? other : PAWL_BINARY;
  wanted.working_directory = files_.path();
  if (sandbox_ != nullptr && talks_to_the_api(arguments)) {
    add_unless_there(arguments, "--base-url", sandbox_->base_url());
    if (!sandbox_->ca_file().empty()) add_unless_there(arguments, "--ca-file", sandbox_->ca_file());
    const bool names_key = std::any_of(arguments.begin(), arguments.end(), [](const std::string& a) {
      return a.starts_with("--token-file") || a.starts_with("auth.token_command=");
    });
    if (!names_key) add_unless_there(arguments, "--token-env", token_variable);
    add_unless_there(arguments, "--state-dir", state_dir().string());
  }
  wanted.arguments = std::move(arguments);
  for (const char* name : {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy",
                           "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "PAWL_CONFIG"}) {
    wanted.environment[name] = std::nullopt;
  }
  wanted.environment["HOME"] = files_.path().string();
  wanted.environment["XDG_STATE_HOME"] = (files_ / "xdg-state").string();
  wanted.environment["XDG_CONFIG_HOME"] = (files_ / "xdg-config").string();
  wanted.environment[token_variable] = key_.empty() ? std::nullopt : std::optional{key_};
  return wanted;
}

}  // namespace pawl::test

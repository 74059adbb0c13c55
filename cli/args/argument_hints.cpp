#include "cli/args/argument_hints.hpp"

#include "cli/render/shown_arguments.hpp"
#include "engine/text/nearest.hpp"
#include "engine/text/shell_word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pawl::cli {
namespace {

bool is_flag(std::string_view argument) {
  return argument.size() > 1 && argument.starts_with('-');
}

std::string_view nearest_of(std::string_view name, const std::vector<std::string>& all) {
  const std::vector<std::string_view> known(all.begin(), all.end());
  return nearest(name, known);
}

// What a flag of other tools is called here; empty if this command has nothing like it.
std::string_view other_tools_say(std::string_view flag, const std::vector<std::string>& flags) {
  struct habit {
    std::string_view flag, needs, here;
  };
  constexpr std::string_view plan = "the command plan shows what a run would do";
  constexpr std::string_view key = "the key comes from --token-env NAME or --token-file FILE";
  constexpr habit habits[] = {{"--dry-run", "--rate", plan},
                              {"--dry", "--rate", plan},
                              {"--preview", "--rate", plan},
                              {"-n", "--rate", plan},
                              {"--token", "--token-env", key},
                              {"--api-key", "--token-env", key},
                              {"--url", "--base-url", "it is --base-url"},
                              {"--resume", "--again", "the same command goes on where the last one stopped"}};
  for (const auto& [known, needs, here] : habits)
    if (flag == known && std::ranges::find(flags, needs) != flags.end()) return here;
  return {};
}

}  // namespace

std::string unexpected(const std::vector<std::string>& extras, const std::vector<std::string>& flags) {
  const auto flag = std::ranges::find_if(extras, is_flag);
  if (flag == extras.end()) return fmt::format("\"{}\" is one argument too many", extras.front());
  const auto name = std::string_view{*flag}.substr(0, flag->find('='));
  if (const auto meant = other_tools_say(name, flags); !meant.empty())
    return fmt::format("there is no option {}; {}", name, meant);
  const auto near = nearest_of(name, flags);
  return near.empty() ? fmt::format("there is no option {}", name)
                      : fmt::format("there is no option {}; did you mean {}?", name, near);
}

std::string before_the_command(const std::vector<std::string>& extras, const std::string& command,
                               std::vector<std::string> arguments) {
  if (extras.front() == "help") return fmt::format("write pawl {} --help", command);
  const auto at = std::ranges::find(arguments, command);
  std::rotate(arguments.begin(), at, at == arguments.end() ? at : at + 1);
  return fmt::format("{} stands before the command, which comes first: pawl {}",
                     extras.front().substr(0, extras.front().find('=')),
                     shell_words(shown_arguments(std::move(arguments))));
}

std::string unknown_command(const std::string& name, const std::vector<std::string>& commands,
                            std::string_view all) {
  const auto near = nearest_of(name, commands);
  return near.empty() ? fmt::format("{} is not a command; there are {}", name, all)
                      : fmt::format("{} is not a command; did you mean {}?", name, near);
}

std::string mismatch_in_words(std::string_view cli11) {
  // CLI11's texts are: "--ledger: At Most 1 required but received 2", "--ledger: 1 required FILE missing",
  // "fresh was given a disallowed flag override".
  constexpr std::string_view required = " required ", missing = " missing", received = "received ";
  const auto name = cli11.substr(0, cli11.find_first_of(": "));
  if (cli11.ends_with(missing)) {
    const auto from = cli11.find(required) + required.size();
    const auto type = cli11.substr(from, cli11.size() - missing.size() - from);
    return fmt::format("{} has no value; write {} {}", name, name, type);
  }
  if (const auto at = cli11.find(received); at != std::string_view::npos)
    return fmt::format("{} is given {} times; give it once", name, cli11.substr(at + received.size()));
  if (cli11.find("flag override") != std::string_view::npos)
    return fmt::format("{}{} takes no value", name.starts_with('-') ? "" : "--", name);
  return std::string{cli11};
}

}  // namespace pawl::cli

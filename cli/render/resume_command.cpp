#include "cli/render/resume_command.hpp"

#include "cli/render/shown_arguments.hpp"
#include "engine/text/shell_word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pawl::cli {
namespace {

constexpr std::array<std::string_view, 9> switches{"--skip-invalid", "--no-read-first",  "--force-unechoed",
                                                   "--yes",          "--allow-open-end", "--quiet",
                                                   "--verbose",      "--wait",           "--quiet-api"};

// The flags that verify shares with run: where the API is, which key to use, and how fast to be.
constexpr std::array<std::string_view, 14> of_verify{
    "--config", "--profile", "--base-url", "--token-env", "--token-file", "--ca-file",   "--cert",
    "--key",    "--proxy",   "--rate",     "--read-rate", "--reserve",    "--state-dir", "--concurrency"};

bool starts_anew(const std::string& argument) {
  return argument == "--fresh" || argument == "--again";
}

// Whether the next word is the value of this one: so it is for "--summary" and "-o", but not for
// "--summary=s.json", "--yes" and "-qv".
bool takes_the_next(std::string_view argument) {
  if (!argument.starts_with('-') || argument == "-" || argument == "--") return false;
  if (!argument.starts_with("--")) return argument == "-o";
  return argument.find('=') == std::string_view::npos &&
         std::ranges::find(switches, argument) == switches.end();
}

bool has_flag(const std::vector<std::string>& arguments, std::string_view flag) {
  return std::ranges::any_of(arguments, [flag](std::string_view a) {
    return a == flag || (a.starts_with(flag) && a.substr(flag.size()).starts_with('='));
  });
}

std::string command_of(const std::vector<std::string>& words) {
  return "pawl " + shell_words(shown_arguments(words));
}

// Corrects --format for the input that the command will have, which may be another one than was given.
void correct_format(std::vector<std::string>& words, const std::string& format) {
  constexpr std::string_view flag = "--format", with_value = "--format=";
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].starts_with(with_value)) words[i] = std::string{with_value} + format;
    if (words[i] == flag && i + 1 < words.size()) words[++i] = format;
  }
}

// A name that begins with a dash would be taken for an option.
std::string operand(const std::string& path) {
  return path.starts_with('-') ? "./" + path : path;
}

// Adds a flag before "--", because every word behind that is an input.
void add_flag(std::vector<std::string>& words, const std::string& flag, const std::string& value) {
  words.insert(std::ranges::find(words, "--"), {flag, value});
}

// The words with the copy of the input in place of the pipe; empty if the pipe is not among them.
std::string of_the_copy(const resumption& r, std::vector<std::string> words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] != r.input || takes_the_next(words[i - 1])) continue;
    words[i] = operand(r.copy);
    const std::string format{name_of(input::file_formats, r.format)};
    correct_format(words, format);
    const bool named = has_flag(words, "--ledger") || has_flag(words, "ledger.path");
    if (!named) add_flag(words, "--ledger", operand(r.ledger));
    if (!has_flag(words, "--format")) add_flag(words, "--format", format);
    return command_of(words);
  }
  return {};
}

}  // namespace

std::string resume_command(const resumption& r) {
  auto words = r.arguments;
  const bool left_out = std::erase_if(words, starts_anew) > 0;
  if (r.copy.empty()) return left_out ? command_of(words) : std::string{};
  return of_the_copy(r, std::move(words));
}

std::string fresh_command(const resumption& r) {
  auto words = r.arguments;
  std::erase_if(words, starts_anew);
  words.insert(std::ranges::find(words, "--"), "--fresh");
  auto command = r.copy.empty() ? std::string{} : of_the_copy(r, words);
  return command.empty() ? command_of(words) : command;
}

std::string command_to_verify(const resumption& r) {
  std::vector<std::string> words{"verify", operand(r.ledger)};
  for (std::size_t i = 1; i < r.arguments.size() && r.arguments[i] != "--"; ++i) {
    const auto& word = r.arguments[i];
    const auto name = std::string_view{word}.substr(0, word.find('='));
    const bool kept = std::ranges::find(of_verify, name) != of_verify.end() || word.starts_with("-o");
    if (kept) words.push_back(word);
    if (!takes_the_next(word) || ++i == r.arguments.size()) continue;
    if (kept) words.push_back(r.arguments[i]);
  }
  return command_of(words);
}

std::string retry_command(const resumption& r, const std::vector<outcome>& outcomes) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < r.arguments.size(); ++i) {
    const auto& word = r.arguments[i];
    if (word == "--retry") ++i;  // also skip its value
    if (word != "--retry" && !word.starts_with("--retry=") && !starts_anew(word)) words.push_back(word);
  }
  std::string names;
  for (const auto o : outcomes) names += fmt::format("{}{}", names.empty() ? "" : ",", to_string(o));
  add_flag(words, "--retry", names);
  auto command = r.copy.empty() ? std::string{} : of_the_copy(r, words);
  return command.empty() ? command_of(words) : command;
}

}  // namespace pawl::cli

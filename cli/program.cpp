#include "cli/program.hpp"

#include "cli/args/option_words.hpp"
#include "cli/args/typed_keys.hpp"
#include "cli/terminal/console.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/summary.hpp"
#include "engine/sys/files.hpp"
#include "engine/text/redaction.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace pawl::cli {
namespace {

config::environment read_environment() {
  config::environment all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (const auto at = text.find('='); at != std::string_view::npos)
      all.emplace(text.substr(0, at), text.substr(at + 1));
  }
  return all;
}

int print_instead(const early_exit& e, console& out) {
  if (!e.error.empty()) out.line("error: " + e.error);
  auto code = e.code;
  if (const auto failed = write_all(STDOUT_FILENO, e.out); failed && failed != std::errc::broken_pipe)
    code = app::exit_mend;
  if (e.summary.empty()) return code;
  app::summary facts;
  facts.exit_code = code;
  facts.stop_reason = "usage";
  if (auto written = app::write_summary_unchecked(e.summary, facts); !written)
    out.line("error: " + to_string(written.error()));
  return code;
}

}  // namespace

int run_program(int argc, char** argv, std::span<const command* const> commands) {
  word_options(&as_flag);
  if (!fill_standard_descriptors()) return app::exit_mend;
  // A closed pipe or connection must fail the write, not end the process.
  std::signal(SIGPIPE, SIG_IGN);
  // The same for a file that may not grow (ulimit -f): a ledger that cannot be written is reported.
  std::signal(SIGXFSZ, SIG_IGN);
  console out{STDERR_FILENO};
  try {
    const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    const auto is_there = [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; };
    for (const auto& word : typed_keys(arguments, is_there)) keep_secret(word);
    const auto parsed = parse_arguments(arguments, commands);
    if (const auto* instead = std::get_if<early_exit>(&parsed)) return print_instead(*instead, out);
    const auto& line = std::get<command_line>(parsed);
    return line.what->perform(line, read_environment(), out);
  } catch (const std::exception& e) {
    out.line(std::string{"error: this is a bug in pawl: "} + e.what());
    return app::exit_mend;
  }
}

}  // namespace pawl::cli

// `pawl profile`: lists the profiles that pawl carries, prints one with its defaults, and shows what one
// reads in a saved reply. Sends nothing and needs no settings.
#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/profile_texts.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/standard_output.hpp"
#include "config/document.hpp"
#include "config/profile_loader.hpp"
#include "config/profile_text.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/profile_check.hpp"
#include "engine/sys/whole_file.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <any>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace pawl::cli {
namespace {

constexpr std::string_view checking = "check";

struct profile_options {
  bool checks = false;
  std::string profile;  // name or file; empty: list them
  std::string sample;   // empty: none
  app::sample_kind as = app::sample_kind::read;
  std::optional<int> status;
};

constexpr const char* profile_footer =
    "Without an operand it lists the profiles that pawl carries. With NAME or FILE it prints that profile "
    "with "
    "everything that\nit leaves to a default, as TOML that can be used again. 'check' shows what the profile "
    "reads in a reply that was saved\n(with curl, or curl -i for its status and headers too), field by "
    "field. "
    "Nothing is sent.\n"
    "Exit codes: 0 all is well; 1 something in the sample cannot be read as the profile says (lines with !); "
    "2 the profile is\nwrong, or a file cannot be read.\n"
    "Examples:\n"
    "  pawl profile\n"
    "  pawl profile github-issues\n"
    "  pawl profile check ./orders.toml\n"
    "  pawl profile check ./orders.toml --sample order.json\n"
    "  pawl profile check ./orders.toml --sample error.txt --as error --status 422";

void add_profile(CLI::App& app) {
  const std::string help = "NAME|FILE to print, or check. Default: list the names.";
  const std::string checked = "With check: the NAME|FILE to check.";
  add_operand(app, "PROFILE", help);
  add_operand(app, "CHECKED", checked);
  add_text(app, "--sample", "FILE", "With check: a saved reply. Default: check the profile alone.");
  add_text(app, "--as", joined_names(app::sample_kinds, "|"),
           "Which request the reply is the answer to. Default: read.");
  add_text(app, "--status", "N", "Status of the reply, for --as error. Default: as curl -i has saved it.");
}

std::string read_own_profile(const CLI::App& app, profile_options& to) {
  auto first = given(app, "PROFILE"), second = given(app, "CHECKED");
  to.checks = !first.empty() && first.back() == checking;
  if (to.checks && second.empty()) return "check: name the profile behind it, a name or a file";
  if (!to.checks && !second.empty()) return fmt::format("\"{}\" is one argument too many", second.back());
  const auto& profile = to.checks ? second : first;
  if (!profile.empty()) {
    to.profile = profile.back();
    if (to.profile.empty()) return "PROFILE: is empty; name a profile or a file";
  }
  if (auto file = given(app, "--sample"); !file.empty()) to.sample = file.back();
  const auto as = given(app, "--as"), code = given(app, "--status");
  if (!to.checks && (!to.sample.empty() || !as.empty() || !code.empty()))
    return "--sample, --as and --status stand with check: pawl profile check FILE --sample REPLY";
  if (to.checks && to.sample.empty() && (!as.empty() || !code.empty()))
    return "--as and --status stand with --sample: name the file of the reply";
  if (!as.empty()) {
    const auto kind = find_named(app::sample_kinds, as.back());
    if (!kind)
      return fmt::format("--as: must be {} (got \"{}\")", alternatives(app::sample_kinds), as.back());
    to.as = *kind;
  }
  if (!code.empty()) {
    int number = 0;
    const auto* end = code.back().data() + code.back().size();
    const auto [at, failed] = std::from_chars(code.back().data(), end, number);
    if (failed != std::errc{} || at != end || number < 100 || number > 599)
      return fmt::format("--status: must be a number from 100 to 599 (got \"{}\")", code.back());
    to.status = number;
  }
  return {};
}

std::string read_profile(const CLI::App& app, command_line& to) {
  return read_own_flags(app, to, read_own_profile);
}

expected<app::saved_reply> read_sample(const profile_options& options) {
  constexpr std::size_t largest = 64u << 20;  // as a reply that pawl would read
  std::string text;
  const auto wrong = [&options](const std::string& what) {
    return failure{failure_kind::usage, "--sample", "\"" + options.sample + "\" " + what,
                   "name the file of a saved reply"};
  };
  if (const auto failed = read_whole_file(options.sample, largest, if_pipe::awaited, text))
    return wrong(failed == std::errc::is_a_directory ? "is a directory" : trouble_in_words(failed));
  if (text.size() > largest) return wrong("is larger than 64 MiB");
  auto reply = app::read_saved_reply(text);
  if (options.status) reply.status = *options.status;
  return reply;
}

int print(console& out, const std::string& text, int code) {
  const auto failed = to_standard_output(text);
  if (!failed || failed == std::errc::broken_pipe) return code;
  out.line("error: " + to_string(failure{failure_kind::mend, "standard output", failed.message(), ""}));
  return app::exit_mend;
}

int perform_profile(const command_line& line, const config::environment&, console& out) {
  const auto& options = std::any_cast<const profile_options&>(line.own);
  const auto tell = [&out](const failure& why) {
    out.line("error: " + printable_lines(to_string(why)));
    return app::exit_code(why.kind);
  };
  if (options.profile.empty()) return print(out, config::embedded_profiles_in_words(), app::exit_success);

  const auto source = config::read_profile_source(options.profile);
  if (!source) return tell(source.error());
  const auto compiled = config::compile_profile(source->text, source->name, {.values = {}, .may_lack = true});
  for (const auto& complaint : compiled.complaints) tell(complaint);
  if (!compiled.value) return app::exit_usage;
  if (!options.checks) {
    const auto parsed = config::read_toml(source->text, source->name);
    return print(out, config::profile_in_full(parsed.root, compiled), app::exit_success);
  }
  if (options.sample.empty())
    return print(out, printable_line(source->name + ": the profile is right"), app::exit_success);
  const auto sample = read_sample(options);
  if (!sample) return tell(sample.error());
  const auto answer = app::check_sample(*compiled.value, compiled.reading, options.as, *sample);
  if (!answer) return tell(answer.error());
  return print(out, profile_check_lines(*answer), answer->fits() ? app::exit_success : app::exit_some_failed);
}

}  // namespace

const command profile_command{"profile",      "Print a profile, or show what it reads in a saved reply.",
                              profile_footer, add_profile,
                              read_profile,   perform_profile};

}  // namespace pawl::cli

#include "engine/app/check_ledger.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/soundness_texts.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/standard_output.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/printable.hpp"

#include <algorithm>
#include <any>
#include <string>

namespace pawl::cli {
namespace {

constexpr std::size_t fewest_digits = 8;  // of a seal; chosen: by chance one in four billion fits

constexpr const char* check_ledger_footer =
    "Looks at the pages of the file, the schema, the numbers (rows = outcomes + pending), the checksums of "
    "all "
    "records and the\nchain of seals. Reads everything, changes nothing, and works while a run goes on. A "
    "seal is "
    "what `pawl status` shows; one that\nwas noted down is in the chain of every later state of that ledger, "
    "and in "
    "no older or other one.\n"
    "Exit codes: 0 it is sound; 2 usage; 3 in use (--accept-changes); 4 it is damaged, or somebody else has "
    "changed "
    "it.\n"
    "Examples:\n"
    "  pawl check-ledger jobs.csv.ledger\n"
    "  pawl check-ledger jobs.csv.ledger --seal 5f1d7e9ab2c3\n"
    "  pawl check-ledger jobs.csv.ledger --format json | jq .findings";

void add_check_ledger(CLI::App& app) {
  add_positional(app, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(app, "--format", joined_names(app::report_formats, "|"),
           "Lines for people or one JSON object. Default: text.");
  add_text(app, "--seal", "HEX", "A seal of this ledger that was noted down, or its first 8 digits or more.");
  add_switch(
      app, "--accept-changes",
      "Take what stands there for what pawl wrote: after a change of your own, which is then an event of the "
      "ledger.");
}

std::string read_own_check_ledger(const CLI::App& app, app::check_ledger_options& to) {
  to.ledger = given(app, "LEDGER").back();
  to.accept_changes = times_given(app, "--accept-changes") > 0;
  if (auto wrong = read_format(app, app::report_formats, to.format); !wrong.empty()) return wrong;
  const auto seals = given(app, "--seal");
  if (seals.empty()) return {};
  to.seal = fold_case(seals.back());
  const bool is_hex = to.seal.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_hex || to.seal.size() < fewest_digits || to.seal.size() > 64)
    return "--seal: " + printable(seals.back()) +
           " is no seal: it has 64 hexadecimal digits, of which the first 8 or more are enough";
  return {};
}

std::string read_check_ledger(const CLI::App& app, command_line& to) {
  return read_own_flags(app, to, read_own_check_ledger);
}

int perform_check_ledger(const command_line& line, const config::environment&, console& out) {
  const auto& options = std::any_cast<const app::check_ledger_options&>(line.own);
  const auto found = app::check_ledger(options);
  if (!found) {
    out.line("error: " + to_string(found.error()));
    return app::exit_code(found.error().kind);
  }
  std::string text;
  switch (options.format) {
    case app::report_format::text:
      for (const auto& one : soundness_lines(options.ledger, *found)) text += one + '\n';
      break;
    case app::report_format::json:
      text = app::soundness_json(options.ledger, *found);
      break;
  }
  if (const auto failed = to_standard_output(text); failed && failed != std::errc::broken_pipe) {
    out.line("error: standard output: " + failed.message());
    return app::exit_mend;
  }
  return app::is_sound(*found) ? app::exit_success : app::exit_mend;
}

}  // namespace

const command check_ledger_command{
    "check-ledger",      "Examine a ledger: whether it is whole, and what pawl wrote.",
    check_ledger_footer, add_check_ledger,
    read_check_ledger,   perform_check_ledger};

}  // namespace pawl::cli

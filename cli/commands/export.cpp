#include "engine/app/export.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/standard_output.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/rows/command_options.hpp"

#include <fmt/format.h>

#include <any>
#include <string>
#include <utility>

namespace pawl::cli {
namespace {

constexpr const char* export_footer =
    "Examples:\n"
    "  pawl export jobs.csv.ledger > outcomes.csv\n"
    "  pawl export jobs.csv.ledger --outcome failed,refused --with-input > to-mend.csv\n"
    "  pawl export jobs.csv.ledger --format ndjson | jq 'select(.attempts > 1)'";

void add_export(CLI::App& app) {
  add_positional(app, "LEDGER", "The ledger of a run, such as jobs.csv.ledger.");
  add_text(app, "--format", joined_names(app::export_formats, "|"), "Format of the output. Default: csv.");
  add_text(app, "--outcome", "NAMES", "Only rows with these outcomes, with commas between. Default: all.");
  add_switch(app, "--with-input",
             "Add the columns of the input, for a file that can be mended and run again. Default: off.");
  add_text(app, "--generation", "N", "Which pass over the input. Default: the newest.");
}

std::string read_own_export(const CLI::App& app, app::export_options& to) {
  to.ledger = given(app, "LEDGER").back();
  if (auto wrong = read_format(app, app::export_formats, to.format); !wrong.empty()) return wrong;
  for (const auto& list : given(app, "--outcome"))
    for (std::string_view rest = list; !rest.empty();) {
      const auto name = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      const auto one = parse_outcome(name);
      if (!one)
        return fmt::format(
            "--outcome: must be of applied, unchanged, skipped, superseded, refused, mismatch, failed, "
            "unknown, "
            "invalid, with commas between (got \"{}\")",
            name);
      to.outcomes.push_back(*one);
    }
  to.with_input = times_given(app, "--with-input") > 0;
  return read_generation(app, to.generation);
}

std::string read_export(const CLI::App& app, command_line& to) {
  return read_own_flags(app, to, read_own_export);
}

int perform_export(const command_line& line, const config::environment&, console& out) {
  const auto& options = std::any_cast<const app::export_options&>(line.own);
  const auto done = app::export_jobs(options, to_standard_output);
  if (done) return app::exit_success;
  out.line("error: " + to_string(done.error()));
  return app::exit_code(done.error().kind);
}

}  // namespace

const command export_command{"export",      "Print one line per row that has an outcome.",
                             export_footer, add_export,
                             read_export,   perform_export};

}  // namespace pawl::cli

#include "engine/app/pull.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal/command_frame.hpp"
#include "cli/terminal/console.hpp"
#include "config/settings_checks.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/app/session.hpp"

#include <any>
#include <string>
#include <utility>

namespace pawl::cli {
namespace {

constexpr const char* pull_footer =
    "Conditions: FIELD = VALUE, FIELD != VALUE, FIELD < VALUE, FIELD > VALUE, FIELD older than 90d, FIELD "
    "newer "
    "than 15m,\nhas tag NAME, FIELD has VALUE, FIELD is null, FIELD is not null. A null is neither old nor "
    "new.\n"
    "The output is complete or not there: it is written when the last page has come.\n"
    "Examples:\n"
    "  pawl pull --where status=open --where 'last_inbound_message_at older than 90d' --out stale.csv\n"
    "  pawl run stale.csv --set status=done\n"
    "  pawl pull --where 'has tag billing' --note title --note company_name --format ndjson";

void add_pull(CLI::App& app) {
  add_list(app, "--where", "CONDITION",
           "Only resources for which this holds; repeatable: all must hold. "
           "Default: all resources.");
  add_list(app, "--note", "FIELD",
           "Show this field in a column of notes (_FIELD), which run does not send; "
           "repeatable. Default: title and status, where there are such fields.");
  add_list(app, "--expect", "FIELD",
           "Add what the field shows as a precondition (expect.FIELD); repeatable; "
           "none for none. Default: the fields of --where that can be expected.");
  add_text(app, "--out", "FILE", "Where to write, by rename at the end. Default: standard output.");
  add_text(app, "--format", joined_names(app::table_formats, "|"),
           "Format of the output. Default: by the name of --out, else csv.");
  add_reading_flags(app);
}

std::string read_own_pull(const CLI::App& app, app::pull_options& to) {
  to.where = given(app, "--where");
  to.notes = given(app, "--note");
  to.expect = given(app, "--expect");
  if (auto out = given(app, "--out"); !out.empty()) {
    to.out = out.back();
    if (to.out.empty()) return "--out: is empty; name a file, or leave it out for standard output";
  }
  return read_format(app, app::table_formats, to.format);
}

std::string read_pull(const CLI::App& app, command_line& to) {
  if (auto wrong = read_reading_flags(app, to.raw); !wrong.empty()) return wrong;
  return read_own_flags(app, to, read_own_pull);
}

int perform_pull(const command_line& line, const config::environment& env, console& out) {
  const auto& raw = line.raw;
  const auto& options = std::any_cast<const app::pull_options&>(line.own);
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    auto refused = config::refuse_taken_place(settings, "--out", options.out);
    if (!refused && options.out.empty())
      refused = refuse_summary_there(settings, "the list goes", "name a file for one of them (--out)");
    return refused ? app::refuse(settings, host, *refused, {}) : app::pull(settings, options, host);
  };
  return run_use_case(raw, {}, env, out, work);
}

}  // namespace

const command pull_command{"pull",      "List resources by conditions, as an input for run.",
                           pull_footer, add_pull,
                           read_pull,   perform_pull};

}  // namespace pawl::cli

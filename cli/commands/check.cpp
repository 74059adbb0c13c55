// `pawl check`: is the input right? Offline; nothing is sent, and no ledger is opened.
#include "cli/commands/commands.hpp"
#include "cli/render/run_texts.hpp"
#include "cli/terminal/command_frame.hpp"
#include "engine/app/complaints.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/open_input.hpp"
#include "engine/app/session.hpp"
#include "engine/input/validation.hpp"
#include "engine/sys/files.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include <unistd.h>

namespace pawl::cli {
namespace {

// Where a pipe's copy goes while it is checked: removed at the end.
std::string temporary_copy() {
  std::error_code failed;
  auto directory = std::filesystem::temp_directory_path(failed);
  if (failed) directory = "/tmp";
  return (directory / fmt::format("pawl-check-{}", ::getpid())).string();
}

expected<int> check(app::session& s, const config::settings& settings) {
  const auto on_spooled = [&s](std::uint64_t bytes) { s.show_work("reading", 0, bytes); };
  if (auto refused = app::refuse_unread(s.settings(), s.settings().input_path, nullptr))
    return *std::move(refused);
  auto opened = app::open_input(s.settings(), temporary_copy(), on_spooled, &s.signals().came());
  if (!opened) return opened.error();

  const auto on_progress = [&s](std::uint64_t rows, std::uint64_t bytes) {
    s.show_work("checking", rows, bytes);
  };
  const auto report = input::validate(opened->source, s.settings().profile, on_progress, &s.signals().came());
  s.hide_work();
  if (!report) {
    auto why = report.error();
    if (s.signals().first() != 0) why.kind = failure_kind::later;
    return why;
  }
  s.facts().rows = report->rows;
  s.facts().counts[outcome::invalid] = report->bad_rows;
  s.facts().pending = report->rows - report->bad_rows;
  if (report->bad_rows > 0) {
    for (const auto& line : app::complaint_lines(opened->name, *report)) s.say().complaint(line);
    s.facts().stop_reason = "invalid_input";
    return failure{failure_kind::usage, opened->name, app::wrong_rows_in_words(*report), ""};
  }
  if (auto refused = app::refuse_unread(s.settings(), opened->name, &*report)) return *std::move(refused);
  if (auto refused = report->rows == 0 ? app::refuse_no_rows(*opened) : std::nullopt)
    return *std::move(refused);
  s.facts().stop_reason = "finished";
  if (s.settings().summary_path != "-") {
    std::string text;
    if (report->rows == 0)
      text = printable_line(fmt::format("{}: {}", opened->name, app::nothing_to_do));
    else
      for (const auto& line : check_lines(opened->name, settings, opened->source.facts(), *report))
        text += printable_line(line);
    // A reader that has seen enough closes the pipe: the answer is the exit code.
    if (const auto failed = write_all(STDOUT_FILENO, text); failed && failed != std::errc::broken_pipe)
      return failure{failure_kind::mend, "standard output", failed.message(), ""};
  }
  return app::exit_success;
}

}  // namespace

int check_command(const config::raw_options& raw, const config::environment& env, console& out) {
  // Standard input needs a ledger to lie beside; here it only names the copy that is removed at the end.
  auto options = raw;
  if (options.input == "-" && !options.ledger) options.ledger = temporary_copy();
  const auto work = [](const config::settings& settings, const app::host& host) {
    app::session s(settings, host);
    s.when_interrupted("the same command starts again");
    return s.conclude([&s, &settings] { return check(s, settings); });
  };
  return perform(options, {}, env, out, work);
}

}  // namespace pawl::cli

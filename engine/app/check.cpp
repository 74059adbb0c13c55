#include "engine/app/check.hpp"

#include "engine/app/complaints.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/open_input.hpp"
#include "engine/app/session.hpp"
#include "engine/input/spool.hpp"
#include "engine/input/validation.hpp"

namespace pawl::app {
namespace {

expected<int> look(session& s, const std::function<status(const check_answer&)>& answer) {
  const auto on_spooled = [&s](std::uint64_t bytes) { s.show_work("reading", 0, bytes); };
  if (auto refused = refuse_unread(s.settings(), s.settings().input_path, nullptr))
    return *std::move(refused);
  auto opened = open_input(s, input::temporary_copy("check"), on_spooled, &s.signals().came());
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
    for (const auto& line : complaint_lines(opened->name, *report)) s.say().complaint(line);
    s.facts().stop_reason = "invalid_input";
    return failure{failure_kind::usage, opened->name, wrong_rows_in_words(*report), ""};
  }
  if (auto refused = refuse_unread(s.settings(), opened->name, &*report)) return *std::move(refused);
  if (auto refused = report->rows == 0 ? refuse_no_rows(*opened) : std::nullopt) return *std::move(refused);
  s.facts().stop_reason = "finished";
  if (auto said = answer({opened->name, opened->source.facts(), *report, s.settings().profile}); !said)
    return said.error();
  return exit_success;
}

}  // namespace

result check(const options& o, const host& h, const std::function<status(const check_answer&)>& answer) {
  session s(o, h);
  s.when_interrupted("the same command starts again");
  return s.conclude([&] { return look(s, answer); });
}

}  // namespace pawl::app

// `pawl status`: how far a ledger is, also while a run goes on.
#include "cli/commands/commands.hpp"
#include "cli/render/status_texts.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/find_ledger.hpp"
#include "engine/app/session.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/sys/files.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/printable.hpp"

#include <utility>

#include <unistd.h>

namespace pawl::cli {
namespace {

constexpr std::size_t samples_of_a_minute = 8;  // one each 10 s, and both ends

std::vector<outcome> failing_outcomes() {
  std::vector<outcome> all;
  for (std::size_t i = 0; i < outcome_count; ++i)
    if (const auto o = static_cast<outcome>(i); !is_success(o)) all.push_back(o);
  return all;
}

expected<ledger_state> read_state(const std::string& path) {
  auto file = app::open_to_read(path);
  if (!file) return file.error();
  auto newest = file->newest_generation();
  if (!newest) return newest.error();
  if (!*newest) return failure{failure_kind::usage, path, "holds no run yet", ""};
  ledger_state state;
  state.ledger_path = path;
  state.generation = **std::move(newest);
  state.now = wall_now();

  auto counts = file->counts(state.generation.id);
  if (!counts) return counts.error();
  state.counts = *counts;
  auto runs = file->runs(state.generation.id);
  if (!runs) return runs.error();
  state.runs = runs->size();
  for (auto& run : *runs) {
    if (state.last_run) state.done_before_run += state.last_run->counts.total();
    state.last_run = std::move(run);
  }
  auto runner = ledger::ledger_file::running(path);
  if (!runner) return runner.error();
  state.runner = *std::move(runner);
  if (state.last_run) {
    auto samples = file->last_samples(state.last_run->id, samples_of_a_minute);
    if (!samples) return samples.error();
    state.samples = *std::move(samples);
  }
  if (state.counts.failures() > 0) {
    const auto count = [&state](const ledger::job_row& job) {
      ++state.errors[job.error_code.empty() ? std::string{to_string(job.outcome)} : job.error_code];
      return true;
    };
    if (auto read = file->for_each_job(state.generation.id, failing_outcomes(), count); !read)
      return read.error();
  }
  return state;
}

}  // namespace

int status_command(const app::status_options& options, console& out) {
  const auto state = read_state(options.ledger);
  if (!state) {
    out.line("error: " + to_string(state.error()));
    return app::exit_code(state.error().kind);
  }
  std::string text;
  switch (options.format) {
    case app::report_format::text:
      for (const auto& line : status_lines(*state)) text += printable_line(line);
      break;
    case app::report_format::json:
      text = status_json(*state);
      break;
  }
  if (const auto failed = write_all(STDOUT_FILENO, text); failed && failed != std::errc::broken_pipe) {
    out.line("error: standard output: " + failed.message());
    return app::exit_mend;
  }
  return app::exit_success;
}

}  // namespace pawl::cli

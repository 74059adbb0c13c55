#include "cli/render/status_texts.hpp"

#include "cli/render/progress_line.hpp"
#include "config/quantity.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/recorded_settings.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::cli {
namespace {

std::string how_it_stands(const app::ledger_state& s) {
  if (s.runner) return "running: " + *s.runner;
  if (s.generation.finished) return "finished on " + date_and_time(*s.generation.finished);
  if (s.generation.given_up) return "given up";
  return "not finished: the same command goes on";
}

std::string last_run_in_words(const app::ledger_state& s) {
  const auto& run = *s.last_run;
  auto text =
      fmt::format("{}, the last began on {}", counted(s.runs, "run", "runs"), date_and_time(run.started));
  if (run.ended)
    text += fmt::format(" and ended on {}: {}, exit code {}", date_and_time(*run.ended), run.stop_reason,
                        run.exit_code.value_or(0));
  else if (!s.runner)
    text += " and was killed";
  if (!run.who.user.empty() || !run.who.host.empty())
    text += fmt::format("; by {}{}{}, pawl {}", run.who.user, run.who.host.empty() ? "" : "@", run.who.host,
                        run.version);
  return text;
}

// The window that limits the run most, according to its settings in the ledger; unset: unlimited, or not
// known.
std::optional<rate_window> write_limit(std::string_view settings) {
  const auto text = app::recorded_settings(settings).text(app::shaping_key::write_limit).value_or("");
  policy::pacer_options limits;
  for (std::string_view rest = text; !rest.empty();) {
    const auto one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const auto window = config::parse_rate(one);
    if (!window || !*window) return std::nullopt;
    limits.windows.push_back(**window);
  }
  return tightest(limits);
}

}  // namespace

lines status_lines(const app::ledger_state& s) {
  lines out;
  const auto& g = s.generation;
  out.push_back(fmt::format("{}: generation {}, {}", s.ledger_path, g.id, how_it_stands(s)));
  out.push_back("target: " + app::target_in_words(g.target));
  out.push_back("input:  " + printable(g.input_path));
  auto counts = fmt::format("rows:   {}: {}", grouped(g.rows), counts_in_words(s.counts));
  if (s.pending() > 0) counts += fmt::format(", {} pending", grouped(s.pending()));
  out.push_back(counts);
  if (s.last_run) out.push_back("runs:   " + last_run_in_words(s));
  if (!s.seal.empty()) out.push_back("seal:   " + s.seal);
  if (const auto now = app::rate(s)) {
    auto text = "rate:   " + rate_in_words(*now, write_limit(s.generation.settings));
    if (const auto left = app::eta(s)) text += ", ETA " + in_words(*left);
    if (!s.samples.empty() && !s.samples.front().waits_for.empty())
      text += ", waiting for " + s.samples.front().waits_for;
    out.push_back(text);
  }
  for (const auto& [code, rows] : s.errors)
    out.push_back(fmt::format("errors: {}: {}", printable(code), counted(rows, "row", "rows")));
  return out;
}

}  // namespace pawl::cli

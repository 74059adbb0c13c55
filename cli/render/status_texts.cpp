#include "cli/render/status_texts.hpp"

#include "cli/render/progress_line.hpp"
#include "config/quantity.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/recorded_settings.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/neutral.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::cli {
namespace {

using seconds_d = std::chrono::duration<double>;

std::string how_it_stands(const ledger_state& s) {
  if (s.runner) return "running: " + *s.runner;
  if (s.generation.finished) return "finished on " + date_and_time(*s.generation.finished);
  if (s.generation.given_up) return "given up";
  return "not finished: the same command goes on";
}

std::string last_run_in_words(const ledger_state& s) {
  const auto& run = *s.last_run;
  auto text =
      fmt::format("{}, the last began on {}", counted(s.runs, "run", "runs"), date_and_time(run.started));
  if (run.ended)
    text += fmt::format(" and ended on {}: {}, exit code {}", date_and_time(*run.ended), run.stop_reason,
                        run.exit_code.value_or(0));
  else if (!s.runner)
    text += " and was killed";
  return text;
}

// The window that bounds the run most, as its settings in the ledger say; unset: unlimited, or not to be
// told.
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

std::uint64_t ledger_state::pending() const noexcept {
  return generation.rows - std::min(generation.rows, counts.total());
}

std::optional<double> rate(const ledger_state& s) noexcept {
  if (!s.runner || !s.last_run || s.last_run->ended) return std::nullopt;
  if (!s.samples.empty()) {
    const auto moment = [](wall_time t) { return time_point{t.time_since_epoch()}; };
    rate_meter meter;
    meter.read(moment(s.last_run->started), 0);
    for (auto sample = s.samples.rbegin(); sample != s.samples.rend(); ++sample)
      meter.read(moment(sample->at), sample->figures.writes);
    if (const auto measured = meter.per_second(moment(s.samples.front().at))) return measured;
    return s.samples.front().rate;
  }
  const auto time = seconds_d(s.now - s.last_run->started).count();
  if (time < 1 || s.counts.total() < s.done_before_run) return std::nullopt;
  return static_cast<double>(s.counts.total() - s.done_before_run) / time;
}

std::optional<duration> eta(const ledger_state& s) noexcept {
  const auto per_second = rate(s);
  if (!per_second || *per_second <= 0) return std::nullopt;
  const auto seconds = static_cast<double>(s.pending()) / *per_second;
  // Over a year is no answer.
  if (seconds > 365.0 * 86400) return std::nullopt;
  return std::chrono::duration_cast<duration>(seconds_d(seconds));
}

lines status_lines(const ledger_state& s) {
  lines out;
  const auto& g = s.generation;
  out.push_back(fmt::format("{}: generation {}, {}", s.ledger_path, g.id, how_it_stands(s)));
  out.push_back("target: " + app::target_in_words(g.target));
  out.push_back("input:  " + printable(g.input_path));
  auto counts = fmt::format("rows:   {}: {}", grouped(g.rows), counts_in_words(s.counts));
  if (s.pending() > 0) counts += fmt::format(", {} pending", grouped(s.pending()));
  out.push_back(counts);
  if (s.last_run) out.push_back("runs:   " + last_run_in_words(s));
  if (const auto now = rate(s)) {
    auto text = "rate:   " + rate_in_words(*now, write_limit(s.generation.settings));
    if (const auto left = eta(s)) text += ", ETA " + in_words(*left);
    if (!s.samples.empty() && !s.samples.front().waits_for.empty())
      text += ", waiting for " + s.samples.front().waits_for;
    out.push_back(text);
  }
  for (const auto& [code, rows] : s.errors)
    out.push_back(fmt::format("errors: {}: {}", printable(code), counted(rows, "row", "rows")));
  return out;
}

std::string status_json(const ledger_state& s) {
  std::string out = "{";
  const auto name = [&out](std::string_view key) {
    if (out.back() != '{') out += ", ";
    append_neutral_json_string(out, key);
    out += ": ";
  };
  const auto number = [&](std::string_view key, auto value) {
    name(key);
    out += fmt::format("{}", value);
  };
  const auto text = [&](std::string_view key, const std::string& value) {
    name(key);
    if (value.empty())
      out += "null";
    else
      append_neutral_json_string(out, value);
  };
  const auto moment = [&](std::string_view key, const std::optional<wall_time>& t) {
    text(key, t ? rfc3339(*t) : "");
  };
  const auto maybe = [&](std::string_view key, const std::optional<double>& value) {
    name(key);
    out += value ? fmt::format("{:.3f}", *value) : "null";
  };

  number("rows", s.generation.rows);
  for (std::size_t i = 0; i < outcome_count; ++i) number(to_string(static_cast<outcome>(i)), s.counts.of[i]);
  number("pending", s.pending());
  number("generation", s.generation.id);
  text("ledger", s.ledger_path);
  text("target", app::target_in_words(s.generation.target));
  text("input", s.generation.input_path);
  moment("started_at", s.generation.started);
  moment("finished_at", s.generation.finished);
  name("running");
  out += s.runner ? "true" : "false";
  maybe("rate_per_s", rate(s));
  const auto left = eta(s);
  maybe("eta_s", left ? std::optional{seconds_d(*left).count()} : std::nullopt);
  text("waits_for", s.runner && !s.samples.empty() ? s.samples.front().waits_for : "");
  number("runs", s.runs);
  moment("run_started_at", s.last_run ? std::optional{s.last_run->started} : std::nullopt);
  moment("run_ended_at", s.last_run ? s.last_run->ended : std::nullopt);
  name("run_exit_code");
  out += s.last_run && s.last_run->exit_code ? std::to_string(*s.last_run->exit_code) : "null";
  text("run_stop_reason", s.last_run ? s.last_run->stop_reason : "");
  name("errors");
  out += '{';
  for (const auto& [code, rows] : s.errors) number(code, rows);
  return out + "}}\n";
}

}  // namespace pawl::cli

#include "engine/app/status.hpp"

#include "engine/app/find_ledger.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/rate_meter.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/neutral.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace pawl::app {
namespace {

using seconds_d = std::chrono::duration<double>;

constexpr std::size_t samples_of_a_minute = 8;  // one every 10 s, and both ends

std::vector<outcome> failing_outcomes() {
  std::vector<outcome> all;
  for (std::size_t i = 0; i < outcome_count; ++i)
    if (const auto o = static_cast<outcome>(i); !is_success(o)) all.push_back(o);
  return all;
}

}  // namespace

expected<ledger_state> read_state(const std::string& path) {
  auto file = open_to_read(path);
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
  auto seal = file->seal();
  if (!seal) return seal.error();
  state.seal = *std::move(seal);
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
  // An estimate of over a year says nothing.
  if (seconds > 365.0 * 86400) return std::nullopt;
  return std::chrono::duration_cast<duration>(seconds_d(seconds));
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
  text("target", target_in_words(s.generation.target));
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
  text("run_host", s.last_run ? s.last_run->who.host : "");
  text("run_user", s.last_run ? s.last_run->who.user : "");
  text("run_version", s.last_run ? s.last_run->version : "");
  text("seal", s.seal);
  name("errors");
  out += '{';
  for (const auto& [code, rows] : s.errors) number(code, rows);
  return out + "}}\n";
}

}  // namespace pawl::app

#include "cli/render/progress_line.hpp"

#include "engine/text/amounts.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace pawl::cli {
namespace {

using namespace std::chrono_literals;
using seconds_d = std::chrono::duration<double>;

std::string wait_in_words(const progress_view& v) {
  auto text = "waiting for " + printable(v.waits_for, 80);
  if (v.waits_left && *v.waits_left > duration::zero()) text += ", " + in_words(*v.waits_left);
  return text;
}

}  // namespace

std::string rate_in_words(double per_second, const std::optional<rate_window>& limit) {
  if (!limit)
    return per_second >= 10 ? fmt::format("{:.0f}/s", per_second) : fmt::format("{:.1f}/s", per_second);
  const bool by_minute = limit->length >= 60s;
  // A burst that opens a window is spread over the whole window: over a short time it would look like more
  // than the limit, which the pacer never exceeds.
  const auto most = limit->limit / seconds_d(limit->length).count();
  const auto shown = std::min(per_second, most) * (by_minute ? 60 : 1);
  const auto number = shown >= 100 ? fmt::format("{:.0f}", shown) : fmt::format("{:.1f}", shown);
  return fmt::format("{}/{} of {}", number, by_minute ? "min" : "s", to_string(*limit));
}

std::optional<rate_window> tightest(const policy::pacer_options& o) {
  const auto per_second = [](const rate_window& w) { return w.limit / seconds_d(w.length).count(); };
  // Of what is shared a write takes its own part and that of its read.
  auto windows = o.windows;
  for (const auto& l : o.shared)
    windows.push_back({std::max(1U, l.window.limit / (l.read_cost + l.write_cost)), l.window.length});
  const auto found = std::ranges::min_element(windows, {}, per_second);
  return found == windows.end() ? std::nullopt : std::optional{*found};
}

std::optional<duration> eta(const policy::pacer_options& limits, std::uint64_t rows_left,
                            std::optional<double> writes_per_second, duration measured_for,
                            bool reads_first) noexcept {
  // A row that is read is read once, as a rule.
  const auto by_quota = client::time_needed_with_reads(limits, rows_left, reads_first ? rows_left : 0);
  // The first seconds of a run tell little: connections are opened, and a burst is granted.
  const bool measured = writes_per_second && measured_for >= 3s;
  if (!measured)
    return limits.windows.empty() && limits.shared.empty() ? std::nullopt : std::optional{by_quota};
  constexpr auto longest = seconds_d(std::chrono::hours{24 * 365});
  const auto by_rate =
      *writes_per_second > 0 ? seconds_d(static_cast<double>(rows_left) / *writes_per_second) : longest;
  if (by_rate >= longest) return rows_left == 0 ? std::optional{duration::zero()} : std::nullopt;
  return std::max(by_quota, std::chrono::duration_cast<duration>(by_rate));
}

progress_view look(const client::progress_counters& c, const policy::pacer_options& writes,
                   const app::rate_meter& meter, time_point now) {
  progress_view v;
  v.rows = c.rows;
  v.done = c.before.total() + c.now.total();
  v.failures = c.before.failures() + c.now.failures();
  v.retries = c.figures.retries;
  v.writes_per_second = meter.per_second(now);
  v.limit = tightest(writes);
  v.at_once = c.at_once;
  v.waits_for = c.waits_for;
  if (c.waits_until) v.waits_left = *c.waits_until - now;
  const auto rows_left = v.rows - std::min(v.rows, v.done);
  const auto left = (rows_left + c.rows_per_write - 1) / c.rows_per_write;  // in requests
  v.eta = eta(writes, left, v.writes_per_second, now - c.started, c.figures.reads > c.figures.writes / 2);
  return v;
}

std::string render(const progress_view& v, std::size_t width) {
  struct part {
    std::string text;
    int needed;  // the part with the smallest number is left out first
  };
  const auto share =
      v.rows == 0 ? 100.0 : std::floor(100.0 * static_cast<double>(v.done) / static_cast<double>(v.rows));
  std::array<part, 8> parts{{
      {fmt::format("{}/{}", grouped(v.done), grouped(v.rows)), 7},
      {fmt::format("({:.0f}%)", share), 2},
      {v.writes_per_second ? rate_in_words(*v.writes_per_second, v.limit) : "", 4},
      {v.at_once > 0 ? fmt::format("{} at once", v.at_once) : "", 0},
      {v.retries > 0 ? counted(v.retries, "retry", "retries") : "", 1},
      {v.failures > 0 ? counted(v.failures, "failure", "failures") : "", 5},
      {v.eta ? "ETA " + in_words(*v.eta) : "", 3},
      {v.waits_for.empty() ? "" : wait_in_words(v), 6},
  }};
  const auto joined = [&parts] {
    std::string line;
    for (const auto& p : parts) {
      if (p.text.empty()) continue;
      if (!line.empty()) line += p.text.front() == '(' ? " " : "  ";
      line += p.text;
    }
    return line;
  };
  auto line = joined();
  while (width != 0 && count_code_points(line) > width) {
    part* least = nullptr;
    for (auto& p : parts)
      if (!p.text.empty() && (least == nullptr || p.needed < least->needed)) least = &p;
    if (least == &parts.front()) return std::string{first_code_points(line, width)};
    least->text.clear();
    line = joined();
  }
  return line;
}

std::chrono::milliseconds progress_interval(config::progress_kind kind, duration elapsed) noexcept {
  if (kind == config::progress_kind::line) return 200ms;
  return elapsed < 10min ? 10s : 60s;
}

config::progress_kind choose_progress(config::progress_kind wanted, bool can_redraw, int verbosity) noexcept {
  using config::progress_kind;
  if (wanted == progress_kind::automatic) {
    if (verbosity < 0) return progress_kind::none;
    return can_redraw ? progress_kind::line : progress_kind::plain;
  }
  if (wanted == progress_kind::line && !can_redraw) return progress_kind::plain;
  return wanted;
}

}  // namespace pawl::cli

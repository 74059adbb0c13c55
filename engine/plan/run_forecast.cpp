#include "engine/plan/run_forecast.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

namespace pawl::plan {
namespace {

// A job reads when its write is about this far from due (documented; see job_step).
constexpr duration read_lead = std::chrono::seconds{2};
// Entries of a ring (chosen): 65,536 take half a MiB. For a larger limit several requests share an entry,
// which makes an error of 1/65,536.
constexpr std::uint64_t most_cells = 65'536;

std::uint64_t usable(const policy::pacer_options& o, const rate_limit& l) {
  // The same rule as in policy::window_set.
  const auto share = std::floor(static_cast<double>(l.window.limit) * (1.0 - o.reserve) + 1e-6);
  return std::max<std::uint64_t>({1, l.read_cost, l.write_cost, static_cast<std::uint64_t>(share)});
}

std::uint64_t units(const rate_limit& l, const policy::request_counts& n) noexcept {
  return n.reads * l.read_cost + n.writes * l.write_cost;
}

std::vector<rate_limit> own_limits(const policy::pacer_options& o) {
  std::vector<rate_limit> limits;
  for (const auto& w : o.windows) limits.push_back({w});
  return limits;
}

std::vector<window_schedule::past_request> as_past(std::span<const duration> ages,
                                                   policy::request_kind kind) {
  std::vector<window_schedule::past_request> past;
  for (const auto age : ages) past.push_back({age, kind});
  return past;
}

window_schedule both(const forecast_options& o) {
  auto past = as_past(o.past_writes, policy::request_kind::write);
  for (const auto& one : as_past(o.past_reads, policy::request_kind::read)) past.push_back(one);
  return window_schedule::of_both(o.writes, std::move(past));
}

}  // namespace

window_schedule::window_schedule(const policy::pacer_options& o, std::span<const duration> past)
    : window_schedule(o, own_limits(o), as_past(past, policy::request_kind::write)) {}

window_schedule window_schedule::of_both(const policy::pacer_options& o, std::vector<past_request> past) {
  return {o, o.shared, std::move(past)};
}

window_schedule::window_schedule(const policy::pacer_options& o, std::span<const rate_limit> limits,
                                 std::vector<past_request> past)
    : early_release_(o.early_release) {
  std::ranges::sort(past, std::greater<>{}, &past_request::age);
  for (const auto& l : limits) {
    const auto limit = usable(o, l);
    window made;
    made.limit = l;
    made.length = std::chrono::duration_cast<duration>(l.window.length);
    made.per_cell = (limit + most_cells - 1) / most_cells;
    made.free_at.assign(limit / made.per_cell, duration::min());
    // They are entered oldest first: the newest answers are what counts in the end.
    for (const auto& one : past) {
      if (one.age >= made.length) continue;
      for (auto n = units(l, policy::request_counts::of(one.kind)); n > 0; --n) {
        auto& cell = made.free_at[made.taken / made.per_cell % made.free_at.size()];
        cell = std::max(cell, made.length - one.age);
        ++made.taken;
      }
    }
    windows_.push_back(std::move(made));
    if (o.spread)
      spacing_ = std::max(
          spacing_, std::chrono::duration_cast<duration>(l.window.length) / static_cast<std::int64_t>(limit));
  }
}

duration window_schedule::next(duration at, const policy::request_counts& asked) const noexcept {
  for (const auto& w : windows_) {
    const auto slots = units(w.limit, asked);
    if (slots == 0) continue;
    // The last of the slots comes free last.
    const auto last = w.taken + slots - 1;
    const bool begins = last % w.per_cell == 0 || last / w.per_cell != (w.taken - 1) / w.per_cell;
    at = std::max(at, begins ? w.free_at[last / w.per_cell % w.free_at.size()] : w.begun);
  }
  if (spacing_ > duration::zero() && last_left_ != duration::min()) at = std::max(at, last_left_ + spacing_);
  return at;
}

void window_schedule::take(duration left, duration answered, policy::request_kind kind) noexcept {
  last_left_ = left;
  const auto counted_at = early_release_ ? answered - (answered - left) * 9 / 10 : answered;
  for (auto& w : windows_) {
    for (auto n = units(w.limit, policy::request_counts::of(kind)); n > 0; --n) {
      if (w.taken % w.per_cell == 0) w.begun = left;
      w.free_at[w.taken / w.per_cell % w.free_at.size()] = counted_at + w.length;
      ++w.taken;
    }
  }
}

run_forecast::run_forecast(const forecast_options& o)
    : read_first_(o.read_first),
      read_after_(o.read_after),
      reply_time_(o.reply_time),
      writes_(o.writes, o.past_writes),
      reads_(o.reads, o.past_reads),
      shared_(both(o)) {
  const auto asked = shared_.next(reads_.next(duration::zero()), {1, 0});
  end_ = asked + reply_time_;
  reads_.take(asked, end_);
  shared_.take(asked, end_, policy::request_kind::read);
  reads_sent_ = 1;
  for (std::uint32_t i = 0; i < std::max(o.concurrency, 1U); ++i) slots_.push(end_);
}

void run_forecast::add(forecast_job job) {
  auto at = slots_.top();
  slots_.pop();
  const auto read = [&](duration from, const policy::request_counts& needs) {
    at = shared_.next(reads_.next(from), needs);
    reads_.take(at, at + reply_time_);
    shared_.take(at, at + reply_time_, policy::request_kind::read);
    ++reads_sent_;
    at += reply_time_;
  };
  // A read waits until its write fits too (policy/shared_budget).
  if (read_first_) read(std::max(at, writes_.next(at) - read_lead), {1, 1});
  if (job == forecast_job::write) {
    at = shared_.next(writes_.next(at));
    writes_.take(at, at + reply_time_);
    shared_.take(at, at + reply_time_, policy::request_kind::write);
    ++writes_sent_;
    at += reply_time_;
    if (read_after_) read(at, {1, 0});
  }
  slots_.push(at);
  end_ = std::max(end_, at);
}

std::vector<duration> ages_of(const policy::kept_quota& kept, std::chrono::nanoseconds now) {
  using policy::minute_entry;
  std::vector<duration> ages;
  const auto add = [&](std::chrono::nanoseconds answered) {
    ages.push_back(std::chrono::duration_cast<duration>(now - std::min(answered, now)));
  };
  std::map<std::uint64_t, std::uint64_t> known;  // by minute
  for (const auto& e : kept.entries) {
    if (e.sent == 0 && e.closed == 0) continue;
    const auto answered = e.closed == 0 ? now : std::chrono::nanoseconds{e.closed};
    add(answered);
    ++known[minute_entry::minute_of(answered.count())];
  }
  for (const auto& m : kept.minutes) {
    if (m.is_unused() || !m.is_sound()) continue;
    for (auto n = known[m.minute()]; n < m.count(); ++n) add(std::chrono::nanoseconds{m.end()});
  }
  return ages;
}

}  // namespace pawl::plan

#include "engine/plan/run_forecast.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace pawl::plan {

using policy::request_kind;

namespace {

// A job reads when its write is about this far from due (documented; see job_step).
constexpr duration read_lead = std::chrono::seconds{2};
// Entries of a ring (chosen): 65,536 take half a MiB. For a larger limit several requests share an entry,
// which makes an error of 1/65,536.
constexpr std::uint64_t most_cells = 65'536;

std::uint64_t units(const rate_limit& l, const policy::request_counts& n) noexcept {
  return n.reads * l.read_cost + n.writes * l.write_cost;
}

// Requests of the other class have none of these.
std::vector<rate_limit> own_limits(const policy::pacer_options& o, policy::request_kind kind) {
  const bool reads = kind == policy::request_kind::read;
  std::vector<rate_limit> limits;
  for (const auto& w : o.windows) limits.push_back({w, reads ? 1U : 0U, reads ? 0U : 1U});
  return limits;
}

std::size_t index(policy::request_kind kind) noexcept {
  return kind == policy::request_kind::write ? 1 : 0;
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

window_schedule::window_schedule(const policy::pacer_options& o, policy::request_kind kind,
                                 std::span<const duration> past)
    : window_schedule(o, own_limits(o, kind), as_past(past, kind)) {}

window_schedule window_schedule::of_both(const policy::pacer_options& o, std::vector<past_request> past) {
  return {o, o.shared, std::move(past)};
}

window_schedule::window_schedule(const policy::pacer_options& o, std::span<const rate_limit> limits,
                                 std::vector<past_request> past)
    : early_release_(o.early_release) {
  std::ranges::sort(past, std::greater<>{}, &past_request::age);
  for (const auto& l : limits) {
    const std::uint64_t limit = usable(l, o.reserve);
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
    if (!o.spread) continue;
    for (const auto kind : {policy::request_kind::read, policy::request_kind::write}) {
      const auto cost = static_cast<duration::rep>(units(l, policy::request_counts::of(kind)));
      auto& widest = spacing_[index(kind)];
      widest = std::max(widest, made.length * cost / static_cast<duration::rep>(limit));
    }
  }
}

duration window_schedule::next(duration at, policy::request_kind kind,
                               const policy::request_counts& all) const noexcept {
  for (const auto& w : windows_) {
    const auto slots = std::min<std::uint64_t>(units(w.limit, all), w.free_at.size() * w.per_cell);
    if (slots == 0) continue;
    // The last of the slots comes free last.
    const auto last = w.taken + slots - 1;
    const bool begins = last % w.per_cell == 0 || last / w.per_cell != (w.taken - 1) / w.per_cell;
    at = std::max(at, begins ? w.free_at[last / w.per_cell % w.free_at.size()] : w.begun);
  }
  return std::max(at, schedule_[index(kind)]);
}

void window_schedule::take(duration left, duration answered, policy::request_kind kind) noexcept {
  auto& schedule = schedule_[index(kind)];
  const auto spacing = spacing_[index(kind)];
  if (spacing > duration::zero()) schedule = std::max(schedule, left - spacing) + spacing;
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
      writes_(o.writes, request_kind::write, o.past_writes),
      reads_(o.reads, request_kind::read, o.past_reads),
      shared_(both(o)),
      each_(o.each),
      began_(o.now) {
  if (each_ && each_->is_empty()) each_.reset();
  duration asked{};
  send(asked, request_kind::read, {1, 0}, policy::kept_quota::no_id);
  for (std::uint32_t i = 0; i < std::max(o.concurrency, 1U); ++i) slots_.push(asked);
  look_up(o.looked_up);
}

// No job begins before the last of these was answered.
void run_forecast::look_up(std::uint64_t reads) {
  if (reads == 0) return;
  for (; reads > 0; --reads) {
    auto at = slots_.top();
    slots_.pop();
    send(at, request_kind::read, {1, 0}, policy::kept_quota::no_id);
    slots_.push(at);
  }
  for (auto left = slots_.size(); left > 0; --left) {
    slots_.pop();
    slots_.push(end_);
  }
}

// When a request may leave: from `at` on, and with `all` of them where the classes share windows.
duration run_forecast::next(duration at, request_kind kind, const policy::request_counts& all) const {
  const auto& own = kind == request_kind::write ? writes_ : reads_;
  return shared_.next(own.next(at, kind), kind, all);
}

// Sends as soon as it may be, and waits for the answer.
void run_forecast::send(duration& at, request_kind kind, const policy::request_counts& all,
                        std::uint64_t id) {
  const bool is_write = kind == request_kind::write;
  const auto left = next(at, kind, all);
  at = left + reply_time_;
  (is_write ? writes_ : reads_).take(left, at, kind);
  shared_.take(left, at, kind);
  ++(is_write ? writes_sent_ : reads_sent_);
  if (each_ && id != policy::kept_quota::no_id) {
    each_->take(id, kind);
    each_->closed(id, kind, began_ + at);
  }
  end_ = std::max(end_, at);
}

void run_forecast::carry_out(const job& j, duration at) {
  // A read waits until its write fits too (policy/shared_budget).
  if (read_first_) {
    at = std::max(at, writes_.next(at, request_kind::write) - read_lead);
    send(at, request_kind::read, {1, 1}, j.id);
  }
  if (j.is == forecast_job::write) {
    send(at, request_kind::write, {0, 1}, j.id);
    if (read_after_) send(at, request_kind::read, {1, 0}, j.id);
  }
  slots_.push(at);
  if (each_) of_id_[j.id].busy_until = at;
}

// Whether the limits of its resource let the job wait, until when; it may read before.
bool run_forecast::is_held(job& j, duration& at) {
  const auto due_of = [&](const policy::request_counts& asked) {
    return each_->due(j.id, asked, began_ + at) - began_;
  };
  const auto due = read_first_ ? due_of({1, 1}) : due_of({0, 1});
  if (due > at) {
    at = due;
    return true;
  }
  if (!read_first_ || j.is != forecast_job::write || j.has_looked) return false;
  const auto write_due = due_of({0, 1});
  if (write_due <= at) return false;
  j.has_looked = true;
  auto read_at = at;
  send(read_at, request_kind::read, {1, 0}, j.id);
  at = std::max(write_due, read_at);
  return true;
}

// Carries the job out with the slot that is free first, at `from` or later. False: it waits among the ready.
bool run_forecast::starts(job& j, duration from) {
  auto at = std::max(slots_.top(), from);
  if (is_held(j, at)) {
    ready_.emplace(at, turns_++, j.id);
    return false;
  }
  slots_.pop();
  carry_out(j, at);
  return true;
}

void run_forecast::start_ready(duration until) {
  while (!ready_.empty() && std::get<0>(ready_.top()) <= until) {
    const auto [at, turn, id] = ready_.top();
    ready_.pop();
    auto& mine = of_id_[id];
    if (!starts(mine.waiting.front(), at)) continue;
    mine.waiting.pop_front();
    if (!mine.waiting.empty()) ready_.emplace(mine.busy_until, turns_++, id);
    until = std::max(until, slots_.top());
  }
}

void run_forecast::forget_idle() {
  if (of_id_.size() < most_lines_) return;
  const auto now = slots_.top();
  std::erase_if(of_id_,
                [&](const auto& one) { return one.second.waiting.empty() && one.second.busy_until <= now; });
  most_lines_ = std::max(most_lines_, 2 * of_id_.size());
}

void run_forecast::add(forecast_job is, std::uint64_t id) {
  job j{is, id};
  if (!each_) {
    const auto at = slots_.top();
    slots_.pop();
    carry_out(j, at);
    return;
  }
  start_ready(slots_.top());
  forget_idle();
  auto& mine = of_id_[id];
  const auto now = slots_.top();
  const bool is_first = mine.waiting.empty();
  if (is_first && mine.busy_until > now) ready_.emplace(mine.busy_until, turns_++, id);
  if (is_first && mine.busy_until <= now && starts(j, now)) return;
  mine.waiting.push_back(j);
}

void run_forecast::finish() {
  start_ready(duration::max());
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

#include "engine/plan/run_forecast.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace pawl::plan {
namespace {

// A job reads when its write is about this far from due (documented; see job_step).
constexpr duration read_lead = std::chrono::seconds{2};
// Entries of a ring (chosen): 65,536 take half a MiB. For a larger limit several requests share an entry,
// which makes an error of 1/65,536.
constexpr std::uint64_t most_cells = 65'536;

std::uint64_t usable(const policy::pacer_options& o, std::uint32_t limit) {
  // The same rule as in pacer::usable().
  return static_cast<std::uint64_t>(
      std::max(1.0, std::floor(static_cast<double>(limit) * (1.0 - o.reserve) + 1e-6)));
}

}  // namespace

window_schedule::window_schedule(const policy::pacer_options& o, std::span<const duration> past)
    : early_release_(o.early_release) {
  std::vector<duration> ages(past.begin(), past.end());
  std::ranges::sort(ages, std::greater<>{});
  for (const auto& w : o.windows) {
    const auto limit = usable(o, w.limit);
    window made;
    made.length = std::chrono::duration_cast<duration>(w.length);
    made.per_cell = (limit + most_cells - 1) / most_cells;
    made.free_at.assign(limit / made.per_cell, duration::min());
    // The newest answers count; they are entered oldest first.
    const auto held = std::min<std::uint64_t>(ages.size(), limit);
    for (auto i = ages.size() - held; i < ages.size(); ++i) {
      auto& cell = made.free_at[made.taken / made.per_cell % made.free_at.size()];
      cell = std::max(cell, made.length - ages[i]);
      ++made.taken;
    }
    windows_.push_back(std::move(made));
    if (o.spread)
      spacing_ = std::max(spacing_,
                          std::chrono::duration_cast<duration>(w.length) / static_cast<std::int64_t>(limit));
  }
}

duration window_schedule::next(duration at) const noexcept {
  for (const auto& w : windows_) {
    const bool begins = w.taken % w.per_cell == 0;
    at = std::max(at, begins ? w.free_at[w.taken / w.per_cell % w.free_at.size()] : w.begun);
  }
  if (spacing_ > duration::zero() && last_left_ != duration::min()) at = std::max(at, last_left_ + spacing_);
  return at;
}

void window_schedule::take(duration left, duration answered) noexcept {
  last_left_ = left;
  const auto counted_at = early_release_ ? answered - (answered - left) * 9 / 10 : answered;
  for (auto& w : windows_) {
    if (w.taken % w.per_cell == 0) w.begun = left;
    w.free_at[w.taken / w.per_cell % w.free_at.size()] = counted_at + w.length;
    ++w.taken;
  }
}

run_forecast::run_forecast(const forecast_options& o)
    : read_first_(o.read_first),
      read_after_(o.read_after),
      reply_time_(o.reply_time),
      writes_(o.writes, o.past_writes),
      reads_(o.reads, o.past_reads) {
  const auto asked = reads_.next(duration::zero());
  end_ = asked + reply_time_;
  reads_.take(asked, end_);
  reads_sent_ = 1;
  for (std::uint32_t i = 0; i < std::max(o.concurrency, 1U); ++i) slots_.push(end_);
}

void run_forecast::add(forecast_job job) {
  auto at = slots_.top();
  slots_.pop();
  const auto read = [&](duration from) {
    at = reads_.next(from);
    reads_.take(at, at + reply_time_);
    ++reads_sent_;
    at += reply_time_;
  };
  if (read_first_) read(std::max(at, writes_.next(at) - read_lead));
  if (job == forecast_job::write) {
    at = writes_.next(at);
    writes_.take(at, at + reply_time_);
    ++writes_sent_;
    at += reply_time_;
    if (read_after_) read(at);
  }
  slots_.push(at);
  end_ = std::max(end_, at);
}

std::vector<duration> ages_of(std::span<const policy::slot_entry> entries, std::chrono::nanoseconds now) {
  std::vector<duration> ages;
  for (const auto& e : entries) {
    if (e.sent == 0 && e.closed == 0) continue;
    const auto answered = e.closed == 0 ? now : std::chrono::nanoseconds{e.closed};
    ages.push_back(std::chrono::duration_cast<duration>(now - std::min(answered, now)));
  }
  return ages;
}

}  // namespace pawl::plan

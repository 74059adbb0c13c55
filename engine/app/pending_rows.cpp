#include "engine/app/pending_rows.hpp"

#include "engine/app/ledger_refusals.hpp"
#include "engine/app/retried_rows.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pawl::app {

status pending_rows::find() {
  rows_ = s_.facts().rows;
  input::checkpoint from;
  const auto decision = choice_.decision();
  const bool goes_on = decision == ledger::run_decision::go_on;
  if (goes_on || decision == ledger::run_decision::already_finished) {
    const auto& generation = *choice_.newest();
    auto& file = choice_.ledger();
    if (auto counted = choice_.count(generation); !counted) return counted;
    rows_ = generation.rows;
    counts_ = s_.facts().counts;
    auto done = file.done_rows(generation.id, rows_);
    if (!done) return done.error();
    done_ = *std::move(done);
    if (auto left = leave_out(generation); !left) return left;
    auto at = file.checkpoint_before(generation.id, first_pending(done_, rows_));
    if (!at) return at.error();
    from = *at;
    auto open = file.open_intents(generation.id);
    if (!open) return open.error();
    for (auto& intent : *open) interrupted_.insert_or_assign(intent.row, std::move(intent));
  } else if (!choice_.report()->checkpoints.empty()) {
    from = choice_.report()->checkpoints.front();
  }
  pending_ = count_pending(done_, rows_);
  return choice_.input().source.seek(from);
}

status pending_rows::leave_out(const ledger::generation_row& generation) {
  auto& file = choice_.ledger();
  auto& source = choice_.input().source;
  auto kept_out = file.left_out(generation.id);
  if (!kept_out) return kept_out.error();
  std::unordered_map<std::uint64_t, std::vector<std::string>> fields;
  for (auto& one : *kept_out) fields.emplace(one.row, std::move(one.fields));
  const auto& retried = s_.settings().retry;
  if (!retried.empty()) {
    const auto on_progress = [this](std::uint64_t rows) { s_.show_work("looking for later rows", rows, 0); };
    auto found = find_left_out(file, generation, source, s_.settings().profile, retried, on_progress,
                               &s_.signals().came());
    s_.hide_work();
    if (auto stopped = choice_.interrupted()) return *stopped;
    if (!found) return found.error();
    ledger::row_set again(rows_);
    const auto take = [&](const ledger::job_row& job) {
      again.insert(job.row);
      --counts_[job.outcome];
      return true;
    };
    if (auto read = file.for_each_job(generation.id, retried, take); !read) return read;
    for (auto& one : *found) {
      if (one.superseded) {
        // The row ends as superseded without being sent.
        ++counts_[outcome::superseded];
        superseded_.insert(one.row);
      }
      fields.insert_or_assign(one.row, std::move(one.fields));
    }
    ledger::row_set still_done(rows_);
    for (std::uint64_t row = 1; row <= rows_; ++row)
      if (superseded_.contains(row) || (done_.contains(row) && !again.contains(row))) still_done.insert(row);
    done_ = std::move(still_done);
  }
  source.leave_out(std::move(fields));
  return {};
}

}  // namespace pawl::app

#include "engine/app/pending_walk.hpp"

#include "engine/app/ledger_refusals.hpp"
#include "engine/input/row_walk.hpp"

#include <string>
#include <unordered_map>
#include <utility>

namespace pawl::app {

status pending_walk::begin(ledger::row_set done) {
  const auto& generation = *choice_.newest();
  const auto& settings = s_.settings();
  auto retried = retried_rows::find(choice_.ledger(), generation, settings.profile, settings.retry);
  if (!retried) return retried.error();
  retried_.emplace(*std::move(retried));
  if (settings.retry.empty()) {
    done_ = std::move(done);
  } else {
    done_ = ledger::row_set{generation.rows};
    for (std::uint64_t row = 1; row <= generation.rows; ++row)
      if (done.contains(row) && !again().contains(row)) done_.insert(row);
  }
  pending_ = count_pending(done_, generation.rows);
  return leave_out();
}

// Of rows that earlier invocations took again, and of those that this one does.
status pending_walk::leave_out() {
  auto kept_out = choice_.ledger().left_out(choice_.newest()->id, ledger::ledger_file::left_out_of::pending);
  if (!kept_out) return kept_out.error();
  std::unordered_map<std::uint64_t, std::vector<std::string>> fields;
  for (auto& one : *kept_out) fields.emplace(one.row, std::move(one.fields));
  for (const auto& one : left_out_)
    if (!one.superseded) fields.insert_or_assign(one.row, one.fields);
  choice_.input().source.leave_out(std::move(fields));
  return {};
}

status pending_walk::look(run::snapshot_rows* pages) {
  if (pages != nullptr && !pages->is_of_use()) pages = nullptr;
  auto looked = look_for(pending_ > 0 && choice_.may_have_names(), pages);
  retried_.reset();
  return looked;
}

status pending_walk::look_for(bool wants_names, run::snapshot_rows* pages) {
  // Rows that are taken again are pending too.
  const auto first =
      wants_names || pages != nullptr ? first_pending(done_, choice_.newest()->rows) : retried_->first_row();
  if (first == 0) return {};
  const auto walked = walk(first, wants_names, pages);
  s_.hide_work();
  if (auto stopped = choice_.interrupted()) return *stopped;
  if (!walked) return walked;
  left_out_ = retried_->left_out();
  if (wants_names)
    retried_->for_each_rest([this](const job_view& job) { names_.add(job, s_.settings().profile); });
  return left_out_.empty() ? status{} : leave_out();
}

status pending_walk::walk(std::uint64_t first, bool wants_names, run::snapshot_rows* pages) {
  auto& source = choice_.input().source;
  const auto from = choice_.ledger().checkpoint_before(choice_.newest()->id, first - 1);
  if (!from) return from.error();
  if (auto sought = source.seek(*from); !sought) return sought;
  const auto see = [&](const job_view& job) {
    retried_->see(job);
    if (!done_.contains(job.row)) {
      // What is left of a row that was kept is known after the walk.
      if (wants_names && !retried_->is_kept(job)) names_.add(job, s_.settings().profile);
      if (pages != nullptr && !pages->see(job)) pages = nullptr;
    }
    return wants_names || pages != nullptr || retried_->wants_after(job.row);
  };
  const auto on_progress = [this](std::uint64_t rows) { s_.show_work("looking at what is left", rows, 0); };
  return input::walk_rows(source, see, on_progress, &s_.signals().came());
}

}  // namespace pawl::app

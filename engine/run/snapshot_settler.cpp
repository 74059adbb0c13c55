#include "engine/run/snapshot_settler.hpp"

#include <algorithm>

namespace pawl::run {
namespace asio = boost::asio;

asio::awaitable<bool> snapshot_settler::take(const job_view& job, const api::write_plan& plan) {
  const bool skipped = !plan.unmet.empty();
  if (!skipped && !plan.send.empty()) co_return false;
  // From here on no worker takes it, whatever is waited for.
  if (!shared_.feed.claim(job.row)) co_return false;
  ledger::job_record entry;
  entry.row = job.row;
  entry.id = job.id;
  if (skipped) {
    entry.outcome = outcome::skipped;
    entry.verified = verified::none;
    entry.http_status = 200;
    entry.error_code = "precondition";
    entry.error_message = plan.unmet;
  } else {
    entry.outcome = outcome::unchanged;
    entry.verified = plan.shown;
  }
  // The rules that end a run are about writes: thousands of rows that needed none would hide those that fail.
  co_await shared_.record(entry);
  co_return true;
}

std::uint64_t snapshot_settler::rows_left() const {
  return pending_ - std::min(pending_, shared_.feed.begun());
}

}  // namespace pawl::run

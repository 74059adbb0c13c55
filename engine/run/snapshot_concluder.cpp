#include "engine/run/snapshot_concluder.hpp"

#include "engine/policy/needless_write.hpp"
#include "engine/run/outcome_records.hpp"

#include <algorithm>

namespace pawl::run {
namespace asio = boost::asio;

asio::awaitable<bool> snapshot_concluder::take(const job_view& job, const api::write_plan& plan) {
  const auto needless = policy::needless_write(plan);
  if (!needless) co_return false;
  // From here on no worker takes it, whatever is waited for.
  if (!shared_.feed.claim(job.row)) co_return false;
  // The rules that end a run are about writes: thousands of rows that needed none would hide those that fail.
  const auto entry = record_of(job, *needless);
  co_await shared_.record(entry);
  co_return true;
}

std::uint64_t snapshot_concluder::rows_left() const {
  return pending_ - std::min(pending_, shared_.feed.begun());
}

}  // namespace pawl::run

#include "engine/run/run_context.hpp"

#include "engine/run/snapshot.hpp"
#include "engine/run/wall_clock.hpp"

#include <utility>

namespace pawl::run {
namespace asio = boost::asio;

void run_context::order_stop(policy::stop_order order) {
  if (!stopped_for) stopped_for = std::move(order);
  begin_stopping();
}

void run_context::begin_stopping() {
  if (stopping) return;
  stopping = true;
  feed.close();
  places.open_all();
  line.cancel_all();
  read_line.cancel_all();
  if (pages != nullptr) pages->stop(read_client::stopping::waits);
  for (auto* alarm : sleeping) alarm->wake();
  release_held();
}

void run_context::release_held() {
  for (auto* alarm : held) alarm->wake();
}

bool run_context::try_record(ledger::job_record entry) {
  entry.finished_at = wall_now();
  if (!ledger.health() || !ledger.put(entry)) return false;
  ++progress.now[entry.outcome];
  if (is_success(entry.outcome)) return true;
  const failed_row failed{entry.row,           entry.id,        entry.outcome, entry.error_code,
                          entry.error_message, entry.request_id};
  progress.count_error(failed);
  return true;
}

asio::awaitable<void> run_context::record(ledger::job_record entry) {
  while (ledger.health()) {
    if (try_record(entry)) co_return;
    co_await ledger.room();
  }
  order_stop({"ledger", ledger.health().error(), {}});
}

}  // namespace pawl::run

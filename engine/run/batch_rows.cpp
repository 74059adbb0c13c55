#include "engine/run/batch_rows.hpp"

#include "engine/client/send_line.hpp"

#include <algorithm>

namespace pawl::run {
namespace action = policy::action;

bool reads_with_others(const batch_row& row, bool reads_together) noexcept {
  return reads_together && row.read_with > 1 && wants<action::read>(row);
}

bool waits_for_more(const gathering& g) noexcept {
  return g.rows > 0 && g.rows < g.most && g.more_may_come && g.now < g.until;
}

bool lines_up(const batch_row& row) noexcept {
  const auto* queue = std::get_if<action::queue_for_write>(&row.next);
  return queue != nullptr && queue->lead > client::send_line::connection_lead;
}

bool may_be_written_with_others(const job_view& job) noexcept {
  return job.replay_safe;
}

batch_turn next_turn(std::span<const batch_row> rows, const batch_facts& facts) noexcept {
  if (rows.empty()) return batch_turn::none;
  const auto any = [rows](auto is) { return std::ranges::any_of(rows, is); };
  // One slot is for one request: rows whose intents are on the disk from before wait for those of the others.
  if (any(wants<action::commit_intent>)) return batch_turn::commit;
  if (any(wants<action::send>)) return batch_turn::send;
  if (any(wants<action::stop_run>)) return batch_turn::stop;
  if (any([&facts](const batch_row& r) { return reads_with_others(r, facts.reads_together); }))
    return batch_turn::read;
  if (any(lines_up)) return batch_turn::line_up;
  if (facts.may_take) return batch_turn::take;
  if (any(wants<action::await_grant>)) return batch_turn::grant;
  if (any(wants<action::queue_for_write>)) return batch_turn::wait;
  if (any(wants<action::lease>)) return batch_turn::lease;
  if (any(wants<action::read>)) return batch_turn::read_alone;
  return batch_turn::sleep;
}

void choose_for_read(std::span<const batch_row> rows, bool reads_together, std::vector<std::size_t>& into) {
  into.clear();
  std::size_t most = ~std::size_t{0};
  for (std::size_t i = 0; i < rows.size() && into.size() < most; ++i) {
    if (!reads_with_others(rows[i], reads_together)) continue;
    if (rows[i].read_with < into.size() + 1) continue;
    most = std::min<std::size_t>(most, rows[i].read_with);
    into.push_back(i);
  }
}

void choose_for_lease(std::span<const batch_row> rows, std::size_t most, std::vector<std::size_t>& into) {
  into.clear();
  for (std::size_t i = 0; i < rows.size() && into.size() < most; ++i) {
    if (!wants<action::lease>(rows[i])) continue;
    if (!into.empty() && rows[i].job->sent_with != rows[into.front()].job->sent_with) continue;
    into.push_back(i);
  }
}

}  // namespace pawl::run

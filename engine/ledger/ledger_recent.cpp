// Finds the recent writes that a ledger knows of.
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/ledger_impl.hpp"
#include "engine/policy/kept_quota.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace pawl::ledger {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

// A run writes to its ledger at least every 10 s (its samples). With the time that a commit may take, it was
// killed at most so long after the last thing that it wrote. Chosen.
constexpr microseconds after_the_last_sign = 15s;

struct earlier_run {
  std::int64_t id = 0;
  microseconds started{};
  std::optional<microseconds> ended;
  boot_moment boot;
};

expected<std::vector<earlier_run>> runs_before(database& db, std::int64_t run) {
  auto query = db.prepare(
      "SELECT id, started_at, ended_at, boot_id, started_boot_us FROM run WHERE id < ? ORDER BY id DESC");
  if (!query) return std::move(query.error());
  query->bind(1, run);
  std::vector<earlier_run> runs;
  for (;;) {
    auto row = query->step();
    if (!row) return std::move(row.error());
    if (!*row) return runs;
    auto& one = runs.emplace_back();
    one.id = query->integer(0);
    one.started = microseconds{query->integer(1)};
    if (!query->is_null(2)) one.ended = microseconds{query->integer(2)};
    one.boot = {std::string{query->text(3)}, microseconds{query->integer(4)}};
  }
}

// The present time by the clock of the runs. If somebody has set the wall clock forward since, the boot clock
// shows it.
microseconds present_of(const earlier_run& newest, wall_time now, const boot_moment& boot) {
  const auto by_wall = now.time_since_epoch();
  const bool same_boot = !boot.boot_id.empty() && newest.boot.boot_id == boot.boot_id &&
                         boot.since_boot >= newest.boot.since_boot;
  if (!same_boot) return by_wall;
  return std::min(by_wall, newest.started + (boot.since_boot - newest.boot.since_boot));
}

// The time of the last thing that a killed run wrote.
expected<microseconds> last_sign(database& db, const earlier_run& run) {
  auto query = db.prepare(
      "SELECT max(?2, coalesce((SELECT max(at) FROM sample WHERE run = ?1), 0),"
      " coalesce((SELECT max(at) FROM event WHERE run = ?1), 0),"
      " coalesce((SELECT max(sent_at) FROM intent WHERE run = ?1), 0))");
  if (!query) return std::move(query.error());
  auto row = query->bind(1, run.id).bind(2, std::int64_t{run.started.count()}).step();
  if (!row) return std::move(row.error());
  return microseconds{query->integer(0)};
}

expected<std::uint64_t> writes_of(database& db, std::int64_t run) {
  auto query = db.prepare("SELECT writes FROM sample WHERE run = ? ORDER BY rowid DESC LIMIT 1");
  if (!query) return std::move(query.error());
  auto row = query->bind(1, run).step();
  if (!row) return std::move(row.error());
  return *row ? static_cast<std::uint64_t>(query->integer(0)) : 0;
}

}  // namespace

std::vector<duration> recent_writes::ages(std::size_t at_most) const {
  std::vector<duration> all;
  const auto add = [&](duration age, std::uint64_t count) {
    all.insert(all.end(), static_cast<std::size_t>(std::min<std::uint64_t>(count, at_most)), age);
  };
  add(more_age, more);
  for (const auto& one : known) add(one.age, one.attempts);
  std::ranges::sort(all);
  if (all.size() > at_most) all.resize(at_most);
  return all;
}

expected<recent_writes> ledger_file::writes_before(std::int64_t run, duration window, wall_time now,
                                                   const boot_moment& boot) {
  auto& db = *impl_->db;
  auto moment = transaction::begin_reading(db);
  if (!moment) return std::move(moment.error());
  auto runs = runs_before(db, run);
  if (!runs) return std::move(runs.error());
  recent_writes found;
  if (runs->empty()) return found;
  const auto present = present_of(runs->front(), now, boot);
  const auto since = present - std::chrono::ceil<microseconds>(window);
  const auto age_of = [present](microseconds at) {
    return duration{std::max(present - at, microseconds{0})};
  };

  // Find the runs that may have sent something since then, and the time at which they ended.
  std::uint64_t sent = 0;
  auto first_start = microseconds::max(), over = microseconds::min();
  std::optional<microseconds> killed;
  auto ended_by = present;  // a run without an end was over when the next one began
  for (const auto& one : *runs) {
    const auto latest = one.ended.value_or(ended_by);
    ended_by = one.started;
    if (latest < since) continue;
    if (one.ended) {
      first_start = std::min(first_start, one.started);
      auto writes = writes_of(db, one.id);
      if (!writes) return std::move(writes.error());
      sent += *writes;
      over = std::max(over, *one.ended);
    } else {
      auto sign = last_sign(db, one);
      if (!sign) return std::move(sign.error());
      killed = std::max(killed.value_or(*sign), *sign);
    }
  }
  if (first_start == microseconds::max() && !killed) return found;

  auto rows = db.prepare(
      "SELECT g.started_at + d.sent_after + d.latency_us, d.finished_after, d.attempts"
      " FROM job_data AS d JOIN generation AS g ON g.id = (d.key >> 40) + 1 WHERE d.sent_after IS NOT NULL"
      " AND g.started_at + d.sent_after + d.latency_us + d.finished_after >= ?");
  if (!rows) return std::move(rows.error());
  rows->bind(1, std::int64_t{std::min(first_start, since).count()});
  std::uint64_t recorded = 0;
  for (;;) {
    auto row = rows->step();
    if (!row) return std::move(row.error());
    if (!*row) break;
    const microseconds ended{rows->integer(0)};
    const auto attempts = static_cast<std::uint32_t>(rows->integer(2));
    const auto finished = ended + microseconds{rows->integer(1)};
    if (finished >= first_start) recorded += attempts;
    if (killed) killed = std::max(*killed, std::min(finished, present));
    if (ended >= since) found.known.push_back({age_of(ended), attempts});
  }
  if (killed && *killed + after_the_last_sign >= since) {
    found.more = recent_writes::any_number;
    found.more_age = age_of(*killed + after_the_last_sign) - policy::slot_entry::longest_way;
  } else if (sent > recorded) {
    found.more = sent - recorded;
    found.more_age = age_of(over);
  }
  if (auto done = moment->commit(); !done) return std::move(done.error());
  return found;
}

}  // namespace pawl::ledger

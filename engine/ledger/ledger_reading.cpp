// Answers the questions of resume, status and export.
#include "engine/ledger/done_blocks.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/ledger_impl.hpp"
#include "engine/ledger/sample_table.hpp"

#include <fmt/format.h>

namespace pawl::ledger {
namespace {

std::uint64_t natural(std::int64_t n) noexcept {
  return static_cast<std::uint64_t>(n);
}

job_row read_job(statement& from) {
  const auto text = [&](int column) { return std::string{from.text(column)}; };
  job_row job;
  job.row = natural(from.integer(0));
  job.id = text(1);
  job.outcome = parse_outcome(from.text(2)).value();
  if (!from.is_null(3)) job.verified = parse_verified(from.text(3));
  job.http_status = static_cast<int>(from.integer(4));
  job.error_code = text(5);
  job.error_message = text(6);
  job.request_id = text(7);
  job.attempts = static_cast<std::uint32_t>(from.integer(8));
  if (!from.is_null(9)) job.sent_at = wall(from.integer(9));
  job.finished_at = wall(from.integer(10));
  job.latency_us = natural(from.integer(11));
  if (!from.is_null(12)) job.raw = text(12);
  return job;
}

}  // namespace

expected<outcome_counts> ledger_file::counts(std::int64_t generation) {
  // One consistent view, also while a run writes.
  auto moment = transaction::begin_reading(*impl_->db);
  if (!moment) return std::move(moment.error());
  auto blocks = read_done_blocks(*impl_->db, generation);
  if (!blocks) return std::move(blocks.error());
  outcome_counts sum;
  for (const auto& b : *blocks)
    for (std::size_t i = 0; i < outcome_count; ++i) sum.of[i] += b.counts.of[i];
  auto scanned =
      for_each_in(*impl_->db, generation, gaps(*blocks), [&](std::uint64_t, outcome o) { ++sum[o]; });
  if (!scanned) return std::move(scanned.error());
  if (auto done = moment->commit(); !done) return std::move(done.error());
  return sum;
}

expected<row_set> ledger_file::done_rows(std::int64_t generation, std::uint64_t rows) {
  auto moment = transaction::begin_reading(*impl_->db);
  if (!moment) return std::move(moment.error());
  auto blocks = read_done_blocks(*impl_->db, generation);
  if (!blocks) return std::move(blocks.error());
  row_set done{rows};
  for (const auto& b : *blocks) done.insert_range(first_row(b.block), last_row(b.block, rows));
  auto scanned = for_each_in(*impl_->db, generation, gaps(*blocks),
                             [&](std::uint64_t row, outcome) { done.insert(row); });
  if (!scanned) return std::move(scanned.error());
  if (auto ended = moment->commit(); !ended) return std::move(ended.error());
  return done;
}

expected<std::vector<intent_row>> ledger_file::open_intents(std::int64_t generation) {
  auto& db = *impl_->db;
  auto moment = transaction::begin_reading(db);
  if (!moment) return std::move(moment.error());
  auto blocks = read_done_blocks(db, generation);
  if (!blocks) return std::move(blocks.error());
  const std::string boot =
      impl_->version >= 2 ? "sent_boot_us, (SELECT boot_id FROM run WHERE run.id = i.run)" : "NULL, NULL";
  const std::string key = impl_->version >= 3 ? ", idempotency_key" : ", NULL";
  auto query =
      db.prepare("SELECT row, id, sent_at, old_values, new_values, updated_at, " + boot + key +
                 " FROM intent AS i"
                 " WHERE generation = ?1 AND row BETWEEN ?2 AND ?3"
                 " AND NOT EXISTS (SELECT 1 FROM job_data WHERE key = (?1 - 1 << 40) + i.row)"
                 " AND NOT EXISTS (SELECT 1 FROM retried AS r WHERE r.generation = ?1 AND r.row = i.row"
                 "   AND r.run > i.run AND r.outcome <> 'unknown') ORDER BY row, sent_at");
  if (!query) return std::move(query.error());
  std::vector<intent_row> open;
  for (const auto& range : gaps(*blocks)) {
    query->bind(1, generation).bind(2, static_cast<std::int64_t>(range.first));
    query->bind(3, static_cast<std::int64_t>(range.last));
    for (;;) {
      auto row = query->step();
      if (!row) return std::move(row.error());
      if (!*row) break;
      const auto text = [&](int column) { return std::string{query->text(column)}; };
      open.push_back({natural(query->integer(0)),
                      text(1),
                      wall(query->integer(2)),
                      text(3),
                      text(4),
                      text(5),
                      !query->is_null(3),
                      {text(7), std::chrono::microseconds{query->integer(6)}},
                      text(8)});
    }
  }
  if (auto done = moment->commit(); !done) return std::move(done.error());
  return open;
}

expected<input::checkpoint> ledger_file::checkpoint_before(std::int64_t generation, std::uint64_t row) {
  auto query = impl_->db->prepare(
      "SELECT row, offset, line FROM checkpoint WHERE generation = ? AND row <= ? ORDER BY row DESC LIMIT 1");
  if (!query) return std::move(query.error());
  auto found = query->bind(1, generation).bind(2, static_cast<std::int64_t>(row)).step();
  if (!found) return std::move(found.error());
  input::checkpoint place;
  if (*found) place = {natural(query->integer(0)), natural(query->integer(1)), natural(query->integer(2))};
  return place;
}

expected<std::vector<run_row>> ledger_file::runs(std::int64_t generation) {
  auto query = impl_->db->prepare(
      fmt::format("SELECT id, generation, started_at, ended_at, version, exit_code, stop_reason, {}, {}"
                  " FROM run WHERE generation = ? ORDER BY id",
                  impl_->version >= 4 ? "host, user" : "NULL, NULL", outcome_columns));
  if (!query) return std::move(query.error());
  query->bind(1, generation);
  std::vector<run_row> all;
  for (;;) {
    auto row = query->step();
    if (!row) return std::move(row.error());
    if (!*row) return all;
    auto& r = all.emplace_back();
    r.id = query->integer(0);
    r.generation = query->integer(1);
    r.started = wall(query->integer(2));
    if (!query->is_null(3)) r.ended = wall(query->integer(3));
    r.version = query->text(4);
    if (!query->is_null(5)) r.exit_code = static_cast<int>(query->integer(5));
    r.stop_reason = query->text(6);
    r.who = {std::string{query->text(7)}, std::string{query->text(8)}};
    r.counts = read_counts(*query, 9);
  }
}

expected<std::vector<sample_row>> ledger_file::last_samples(std::int64_t run, std::size_t most) {
  auto query = impl_->db->prepare(
      fmt::format("SELECT {} FROM sample WHERE run = ? ORDER BY rowid DESC LIMIT ?", sample_columns()));
  if (!query) return std::move(query.error());
  query->bind(1, run).bind(2, static_cast<std::int64_t>(most));
  std::vector<sample_row> all;
  for (;;) {
    auto row = query->step();
    if (!row) return std::move(row.error());
    if (!*row) return all;
    all.push_back(read_sample(*query, 0));
  }
}

status ledger_file::for_each_job(std::int64_t generation, const std::vector<outcome>& filter,
                                 const std::function<bool(const job_row&)>& tell) {
  std::string sql =
      "SELECT row, id, outcome, verified, http_status, error_code, error_message, request_id, attempts, "
      "sent_at,"
      " finished_at, latency_us, raw FROM job WHERE key BETWEEN ? AND ?";
  for (std::size_t i = 0; i < filter.size(); ++i)
    sql += fmt::format("{}'{}'", i == 0 ? " AND outcome IN (" : ", ", to_string(filter[i]));
  sql += filter.empty() ? " ORDER BY key" : ") ORDER BY key";
  auto query = impl_->db->prepare(sql);
  if (!query) return std::move(query.error());
  query->bind(1, job_key(generation, 0)).bind(2, job_key(generation, max_row));
  for (;;) {
    auto row = query->step();
    if (!row) return std::move(row.error());
    if (!*row) return {};
    if (!parse_outcome(query->text(2)))
      return sqlite_failure(SQLITE_CORRUPT, impl_->path, "an outcome that does not exist");
    if (!tell(read_job(*query))) {
      query->reset();
      return {};
    }
  }
}

}  // namespace pawl::ledger

// Answers the questions of undo.
#include "engine/ledger/job_key.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/ledger_impl.hpp"

#include <fmt/format.h>

namespace pawl::ledger {

// An intent led to the outcome that a --retry after it replaced, else to the row's own, else to none yet. A
// row that was refused, failed, unchanged or skipped wrote nothing; `superseded` behind an intent means that
// the row was unknown before. Invocations are numbered by time and rows of one id run in order within one, so
// that is the order of the writes, whatever the clock was set to. SQLite's sorter spills into a temporary
// file, so memory stays small.
status ledger_file::for_each_pre_image(std::int64_t generation, id_compare ids,
                                       const std::function<bool(const pre_image&)>& tell) {
  auto query = impl_->db->prepare(fmt::format(
      "WITH sent AS (SELECT i.row, i.id, i.run, i.sent_at, i.old_values, i.new_values,"
      "   (?1 - 1 << 40) + i.row AS key,"
      "   (SELECT r.outcome FROM retried AS r WHERE r.generation = i.generation AND r.row = i.row"
      "     AND r.run > i.run ORDER BY r.run LIMIT 1) AS replaced"
      "   FROM intent AS i WHERE i.generation = ?1 AND i.old_values IS NOT NULL),"
      " ended AS (SELECT *,"
      "   coalesce(replaced, (SELECT outcome FROM job WHERE job.key = sent.key), 'pending') AS outcome,"
      "   replaced IS NULL AND (SELECT verified FROM job WHERE job.key = sent.key) IS 'full' AS as_sent"
      "   FROM sent),"
      " applied AS (SELECT *, max(row) OVER (PARTITION BY id{0}) AS newest FROM ended"
      "   WHERE outcome IN ('applied', 'unknown', 'mismatch', 'superseded', 'pending'))"
      " SELECT row, id, outcome = 'applied', old_values, new_values, as_sent FROM applied"
      " ORDER BY newest DESC, id{0}, run, row, sent_at",
      collation(ids)));
  if (!query) return std::move(query.error());
  query->bind(1, generation);
  pre_image one;
  for (;;) {
    auto row = query->step();
    if (!row) return std::move(row.error());
    if (!*row) return {};
    one.row = static_cast<std::uint64_t>(query->integer(0));
    one.id = query->text(1);
    one.certain = query->integer(2) != 0;
    one.old_values = query->text(3);
    one.new_values = query->text(4);
    one.as_sent = query->integer(5) != 0;
    if (!tell(one)) {
      query->reset();
      return {};
    }
  }
}

status ledger_file::for_each_blind_write(std::int64_t generation,
                                         const std::function<void(std::uint64_t, const std::string&)>& tell) {
  auto query = impl_->db->prepare(
      "SELECT row, id FROM job WHERE key BETWEEN ?2 AND ?3 AND outcome IN ('applied', 'unknown', 'mismatch')"
      " AND NOT EXISTS (SELECT 1 FROM intent AS i WHERE i.generation = ?1 AND i.row = job.row"
      "   AND i.old_values IS NOT NULL) ORDER BY key");
  if (!query) return std::move(query.error());
  query->bind(1, generation).bind(2, job_key(generation, 0)).bind(3, job_key(generation, max_row));
  for (;;) {
    auto row = query->step();
    if (!row) return std::move(row.error());
    if (!*row) return {};
    tell(static_cast<std::uint64_t>(query->integer(0)), std::string{query->text(1)});
  }
}

}  // namespace pawl::ledger

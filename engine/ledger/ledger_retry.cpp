// What --retry does to a ledger: it moves outcomes into the history and makes their rows pending.
#include "engine/ledger/job_key.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/ledger_impl.hpp"
#include "engine/text/json_string.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace pawl::ledger {
namespace {

std::string names_of(const std::vector<outcome>& outcomes) {
  std::string list;
  for (const auto o : outcomes) list += fmt::format("{}{}", list.empty() ? "" : ", ", to_string(o));
  return list;
}

// The condition for rows of a generation that have one of the outcomes. The code of an outcome is its
// position in the enumeration.
std::string condition(const std::vector<outcome>& outcomes) {
  std::string codes;
  for (const auto o : outcomes) codes += fmt::format("{}{}", codes.empty() ? "" : ", ", static_cast<int>(o));
  return " WHERE key BETWEEN ?1 AND ?2 AND outcome IN (" + codes + ")";
}

std::string json_list(const std::vector<std::string>& names) {
  std::string text = "[";
  for (const auto& name : names) {
    if (text.size() > 1) text += ',';
    append_json_string(text, name);
  }
  return text + ']';
}

// Called in a transaction. Records the fields that are left out, and the outcome of rows of which nothing is
// left. Returns the number of the latter.
expected<std::uint64_t> leave_out(database& db, std::int64_t generation, std::int64_t run,
                                  const std::vector<left_out_row>& rows, wall_time now) {
  auto note = db.prepare("UPDATE retried SET left_out = ? WHERE generation = ? AND row = ? AND run = ?");
  if (!note) return std::move(note.error());
  auto supersede = db.prepare(
      "UPDATE job_data SET outcome = ?, verified = NULL, http_status = NULL, request_id = NULL, attempts = 0,"
      " sent_after = NULL, latency_us = 0, error_code = NULL, error_message = NULL, raw = NULL,"
      " finished_after = ? - (SELECT started_at FROM generation WHERE id = ?) WHERE key = ?");
  if (!supersede) return std::move(supersede.error());
  std::uint64_t superseded = 0;
  for (const auto& one : rows) {
    const auto names = json_list(one.fields);
    const auto row = static_cast<std::int64_t>(one.row);
    if (auto done = note->bind_text(1, names).bind(2, generation).bind(3, row).bind(4, run).run(); !done)
      return std::move(done.error());
    if (!one.superseded) continue;
    supersede->bind(1, static_cast<std::int64_t>(outcome::superseded)).bind(2, micros(now));
    supersede->bind(3, generation).bind(4, job_key(generation, one.row));
    if (auto done = supersede->run(); !done) return std::move(done.error());
    ++superseded;
  }
  return superseded;
}

}  // namespace

expected<ledger_file::taken_again> ledger_file::take_again(std::int64_t generation, std::int64_t run,
                                                           const std::vector<outcome>& outcomes,
                                                           const std::vector<left_out_row>& left_out,
                                                           wall_time now) {
  auto& db = *impl_->db;
  auto group = transaction::begin(db);
  if (!group) return std::move(group.error());
  const auto first = job_key(generation, 0), last = job_key(generation, max_row);

  auto keep = db.prepare(
      "INSERT INTO retried (generation, row, run, outcome, http_status, error_code, error_message, "
      "request_id,"
      " attempts, sent_at, finished_at) SELECT generation, row, ?3, outcome, http_status, error_code,"
      " error_message, request_id, attempts, sent_at, finished_at FROM job"
      " WHERE key IN (SELECT key FROM job_data" +
      condition(outcomes) + ")");
  if (!keep) return std::move(keep.error());
  if (auto done = keep->bind(1, first).bind(2, last).bind(3, run).run(); !done)
    return std::move(done.error());

  auto superseded = leave_out(db, generation, run, left_out, now);
  if (!superseded) return std::move(superseded.error());

  auto forget = db.prepare("DELETE FROM job_data" + condition(outcomes));
  if (!forget) return std::move(forget.error());
  if (auto done = forget->bind(1, first).bind(2, last).run(); !done) return std::move(done.error());
  auto pending = db.ask("SELECT changes()");
  if (!pending) return std::move(pending.error());

  if (*pending > 0) {
    auto reopen = db.prepare("UPDATE generation SET finished_at = NULL WHERE id = ?");
    if (!reopen) return std::move(reopen.error());
    if (auto done = reopen->bind(1, generation).run(); !done) return std::move(done.error());
  }
  taken_again result{static_cast<std::uint64_t>(*pending), *superseded};

  auto event = db.prepare("INSERT INTO event (run, at, kind, reason) VALUES (?, ?, 'retry', ?)");
  if (!event) return std::move(event.error());
  const auto reason = fmt::format("{} rows taken again ({}), {} of them superseded by later rows",
                                  result.pending + result.superseded, names_of(outcomes), result.superseded);
  if (auto done = event->bind(1, run).bind(2, micros(now)).bind_text(3, reason).run(); !done)
    return std::move(done.error());
  db.milestone(now);
  if (auto done = group->commit(); !done) return std::move(done.error());
  return result;
}

expected<std::vector<left_out_row>> ledger_file::left_out(std::int64_t generation, left_out_of which) {
  const std::string_view ended = "SELECT 1 FROM job_data WHERE key = (?1 - 1 << 40) + r.row";
  auto query = impl_->db->prepare(fmt::format(
      "SELECT r.row, f.value FROM retried AS r, json_each(r.left_out) AS f"
      " WHERE r.generation = ?1 AND r.left_out IS NOT NULL"
      " AND NOT EXISTS (SELECT 1 FROM retried AS n WHERE n.generation = ?1 AND n.row = r.row AND n.run > "
      "r.run)"
      " AND {} ORDER BY r.row",
      which == left_out_of::pending
          ? fmt::format("NOT EXISTS ({})", ended)
          : fmt::format("EXISTS ({} AND outcome <> {})", ended, static_cast<int>(outcome::superseded))));
  if (!query) return std::move(query.error());
  query->bind(1, generation);
  std::vector<left_out_row> rows;
  for (;;) {
    auto found = query->step();
    if (!found) return std::move(found.error());
    if (!*found) return rows;
    const auto row = static_cast<std::uint64_t>(query->integer(0));
    if (rows.empty() || rows.back().row != row) rows.push_back({row, {}, false});
    rows.back().fields.emplace_back(query->text(1));
  }
}

expected<row_set> ledger_file::retried_rows(std::int64_t generation) {
  auto query = impl_->db->prepare("SELECT row FROM retried WHERE generation = ?");
  if (!query) return std::move(query.error());
  query->bind(1, generation);
  row_set rows;
  for (;;) {
    auto found = query->step();
    if (!found) return std::move(found.error());
    if (!*found) return rows;
    rows.insert(static_cast<std::uint64_t>(query->integer(0)));
  }
}

}  // namespace pawl::ledger

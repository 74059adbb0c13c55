#include "engine/ledger/group_commit.hpp"

#include "engine/ledger/compact_text.hpp"
#include "engine/ledger/done_blocks.hpp"
#include "engine/ledger/sample_table.hpp"
#include "engine/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::ledger {
namespace {

// The codes of job_data.verified: the usual value, full, is 0, which SQLite stores without a byte.
constexpr std::int64_t code_of(verified v) noexcept {
  return static_cast<std::int64_t>(verified::full) - static_cast<std::int64_t>(v);
}

// Whether a row is like nearly every row of a good run. The statements for such rows contain the values they
// share.
bool is_usual(const job_record& job) noexcept {
  return job.outcome == outcome::applied && job.verified == verified::full && job.http_status == 200 &&
         job.attempts == 1 && job.sent_at != wall_time{} && job.error_code.empty() &&
         job.error_message.empty() && job.raw.empty();
}

constexpr int usual_values = 6;  // bound values of a row in a statement for usual rows
std::string insert_usual(std::size_t rows) {
  static_assert(static_cast<int>(outcome::applied) == 0 && code_of(verified::full) == 0);
  std::string sql =
      "INSERT INTO job_data (key, id, outcome, verified, http_status, request_id, attempts, sent_after,"
      " latency_us, finished_after) VALUES ";
  for (std::size_t i = 0; i < rows; ++i)
    sql += i == 0 ? "(?, ?, 0, 0, 200, ?, 1, ?, ?, ?)" : ", (?, ?, 0, 0, 200, ?, 1, ?, ?, ?)";
  return sql;
}

}  // namespace

expected<std::unique_ptr<group_commit>> group_commit::prepare(database& db, std::int64_t generation,
                                                              std::int64_t run) {
  auto job = db.prepare(
      insert_into("job_data",
                  "key, id, outcome, verified, http_status, request_id, attempts, sent_after, latency_us,"
                  " finished_after, error_code, error_message, raw"));
  auto usual_job = db.prepare(insert_usual(1));
  auto usual_jobs = db.prepare(insert_usual(usual_at_once));
  auto intent = db.prepare(
      "INSERT INTO intent (generation, row, sent_at, run, id, old_values, new_values, updated_at,"
      " sent_boot_us, idempotency_key) VALUES (?1, ?2, max(?3, coalesce((SELECT max(sent_at) + 1 FROM intent"
      " WHERE generation = ?1 AND row = ?2), ?3)), ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  auto withdrawal = db.prepare("DELETE FROM intent WHERE generation = ? AND row = ? AND run = ?");
  auto sample = db.prepare(insert_into("sample", "run, " + sample_columns()));
  auto event = db.prepare(insert_into("event", "run, at, kind, reason"));
  auto block = db.prepare(insert_into("done_block", fmt::format("generation, block, {}", outcome_columns)));
  auto prefixes = db.prepare("UPDATE generation SET id_prefix = ?, request_id_prefix = ? WHERE id = ?");
  for (auto* s : {&job, &usual_job, &usual_jobs, &intent, &withdrawal, &sample, &event, &block, &prefixes})
    if (!*s) return std::move(s->error());
  statements all{std::move(*job),    std::move(*usual_job),  std::move(*usual_jobs),
                 std::move(*intent), std::move(*withdrawal), std::move(*sample),
                 std::move(*event),  std::move(*block),      std::move(*prefixes)};
  std::unique_ptr<group_commit> made{new group_commit(db, generation, run, std::move(all))};
  if (auto read = made->read_generation(); !read) return std::move(read.error());
  if (auto counted = made->count_open_blocks(); !counted) return std::move(counted.error());
  return made;
}

status group_commit::read_generation() {
  auto query =
      db_.prepare("SELECT started_at, rows, id_prefix, request_id_prefix FROM generation WHERE id = ?");
  if (!query) return std::move(query.error());
  auto row = query->bind(1, generation_).step();
  if (!row) return std::move(row.error());
  if (!*row) return sqlite_failure(SQLITE_CORRUPT, db_.path(), "the generation of the run is missing");
  started_us_ = query->integer(0);
  rows_ = static_cast<std::uint64_t>(query->integer(1));
  if (!query->is_null(2)) id_prefix_ = query->text(2);
  if (!query->is_null(3)) request_id_prefix_ = query->text(3);
  return {};
}

status group_commit::count_open_blocks() {
  auto blocks = read_done_blocks(db_, generation_);
  if (!blocks) return std::move(blocks.error());
  auto read = for_each_in(db_, generation_, gaps(*blocks),
                          [this](std::uint64_t row, outcome o) { ++open_blocks_[block_of(row)][o]; });
  if (!read) return read;
  // The block is complete but not marked: somebody edited the table, and the triggers removed the mark.
  std::vector<std::uint64_t> complete;
  for (const auto& [block, counts] : open_blocks_)
    if (counts.total() == rows_in(block, rows_)) complete.push_back(block);
  if (complete.empty()) return {};
  auto group = transaction::begin(db_);
  if (!group) return std::move(group.error());
  for (const auto block : complete) {
    if (auto done = close_block(block, open_blocks_[block]); !done) return done;
    open_blocks_.erase(block);
  }
  return group->commit();
}

status group_commit::commit(const std::vector<record_batch>& batches) {
  auto group = transaction::begin(db_);
  if (!group) return std::move(group.error());
  for (const auto& batch : batches)
    if (auto done = write(batch); !done) return done;
  if (prefixes_changed_)
    if (auto done = write_prefixes(); !done) return done;
  return group->commit();
}

status group_commit::write(const record_batch& batch) {
  auto written = batch.visit([this](const auto& record) { return write(record); });
  if (!written) return written;
  if (auto done = write_left_usual(); !done) return done;
  for (const auto& sample : batch.samples())
    if (auto done = write(sample); !done) return done;
  for (const auto& [event, texts] : batch.events())
    if (auto done = write(event, texts); !done) return done;
  return {};
}

status group_commit::write(const job_record& job) {
  if (job.row == 0 || job.row > rows_)
    return failure{
        failure_kind::mend, db_.path(),
        "row " + std::to_string(job.row) + " is outside of the input of " + std::to_string(rows_) + " rows",
        "this is a bug of pawl: please report it; what is committed stays true"};
  auto done = is_usual(job) ? queue_usual(job) : of_row(job.row, write_any(job));
  if (!done) return done;
  return count(job.row, job.outcome);
}

status group_commit::of_row(std::uint64_t row, status done) {
  if (!done) done.error().what = "row " + std::to_string(row) + ": " + done.error().what;
  return done;
}

status group_commit::queue_usual(const job_record& job) {
  usual_[usual_count_++] = job;
  if (usual_count_ < usual_at_once) return {};
  for (std::size_t i = 0; i < usual_count_; ++i) bind_usual(sql_.usual_jobs, i, i);
  usual_count_ = 0;
  auto done = db_.run_told(sql_.usual_jobs);
  if (done) return done;
  std::string rows;
  for (const auto& one : usual_) rows += (rows.empty() ? "" : ", ") + std::to_string(one.row);
  done.error().what = "one of the rows " + rows + ": " + done.error().what;
  return done;
}

status group_commit::write_left_usual() {
  for (std::size_t i = 0; i < usual_count_; ++i) {
    bind_usual(sql_.usual_job, i, 0);
    if (auto done = of_row(usual_[i].row, db_.run_told(sql_.usual_job)); !done) return done;
  }
  usual_count_ = 0;
  return {};
}

void group_commit::bind_usual(statement& to, std::size_t i, std::size_t place) {
  const auto& job = usual_[i];
  const auto key = job_key(generation_, job.row);
  const auto sent_after = micros(job.sent_at) - started_us_;
  const auto latency = number(job.latency_us);
  const auto finished_after = micros(job.finished_at) - started_us_ - sent_after - latency;
  const int before = static_cast<int>(place) * usual_values;
  // The values of the statement as well as those that are bound, in the order of the columns.
  digest_.add(key);
  to.bind(before + 1, key);
  bind_id(to, before + 2, job.id, id_prefix_, usual_scratch_[2 * i], &digest_);
  digest_.add({0, 0, 200});
  if (job.request_id.empty()) {
    digest_.add_null();
    to.bind_null(before + 3);
  } else {
    bind_id(to, before + 3, job.request_id, request_id_prefix_, usual_scratch_[2 * i + 1], &digest_);
  }
  digest_.add({1, sent_after, latency, finished_after});
  to.bind(before + 4, sent_after).bind(before + 5, latency).bind(before + 6, finished_after);
  if (auto* listener = db_.listener())
    listener->on_told("job_data", key, digest_);
  else
    digest_.drop();
}

status group_commit::write_any(const job_record& job) {
  auto& to = sql_.job;
  const bool was_sent = job.sent_at != wall_time{};
  const auto sent_after = was_sent ? micros(job.sent_at) - started_us_ : 0;
  const auto latency = number(job.latency_us);
  to.bind(1, job_key(generation_, job.row));
  bind_id(to, 2, job.id, id_prefix_, scratch_[0]);
  to.bind(3, static_cast<std::int64_t>(job.outcome));
  if (job.outcome == outcome::applied)
    to.bind(4, code_of(job.verified));
  else
    to.bind_null(4);
  if (job.http_status != 0)
    to.bind(5, std::int64_t{job.http_status});
  else
    to.bind_null(5);
  if (job.request_id.empty())
    to.bind_null(6);
  else
    bind_id(to, 6, job.request_id, request_id_prefix_, scratch_[1]);
  to.bind(7, std::int64_t{job.attempts});
  if (was_sent)
    to.bind(8, sent_after);
  else
    to.bind_null(8);
  to.bind(9, latency);
  to.bind(10, micros(job.finished_at) - started_us_ - sent_after - latency);
  bind_plain(to, 11, job.error_code, scratch_[2]);
  bind_plain(to, 12, job.error_message, scratch_[3]);
  if (job.raw.empty())
    to.bind_null(13);
  else if (is_plain_utf8(job.raw))
    to.bind_text(13, job.raw);
  else
    to.bind_blob(13, job.raw);  // kept byte for byte: only the user can correct them
  return to.run();
}

status group_commit::count(std::uint64_t row, outcome o) {
  const auto block = block_of(row);
  auto& counts = open_blocks_[block];
  ++counts[o];
  if (counts.total() != rows_in(block, rows_)) return {};
  auto closed = close_block(block, counts);
  open_blocks_.erase(block);
  return closed;
}

status group_commit::close_block(std::uint64_t block, const outcome_counts& counts) {
  sql_.block.bind(1, generation_).bind(2, number(block));
  bind_counts(sql_.block, 3, counts);
  return sql_.block.run();
}

status group_commit::write(const intent_record& intent) {
  auto& to = sql_.intent;
  to.bind(1, generation_).bind(2, number(intent.row)).bind(3, micros(intent.sent_at));
  to.bind(4, run_);
  bind_plain(to, 5, intent.id, scratch_[0]);
  bind_plain(to, 6, intent.old_values, scratch_[1]);
  bind_plain(to, 7, intent.new_values.empty() ? "{}" : intent.new_values, scratch_[2]);
  bind_plain(to, 8, intent.updated_at, scratch_[3]);
  if (intent.since_boot > std::chrono::microseconds::zero())
    to.bind(9, std::int64_t{intent.since_boot.count()});
  else
    to.bind_null(9);
  if (!intent.key.empty())
    bind_plain(to, 10, intent.key, scratch_[4]);  // all intents of a run have one, or none has
  return to.run();
}

status group_commit::write(const intent_withdrawal& withdrawn) {
  return sql_.withdrawal.bind(1, generation_).bind(2, number(withdrawn.row)).bind(3, run_).run();
}

status group_commit::write(const sample_row& sample) {
  db_.milestone(sample.at);
  sql_.sample.bind(1, run_);
  bind_sample(sql_.sample, 2, sample, scratch_[0]);
  return sql_.sample.run();
}

status group_commit::write(const event_record& event, const std::array<std::string, 2>& texts) {
  scratch_[0] = as_plain_utf8(texts[1]);
  return sql_.event.bind(1, run_)
      .bind(2, micros(event.at))
      .bind_text(3, texts[0])
      .bind_text(4, scratch_[0])
      .run();
}

status group_commit::write_prefixes() {
  auto& to = sql_.prefixes;
  to.bind(3, generation_);
  const auto bind = [&](int at, const std::optional<std::string>& prefix) {
    if (prefix)
      to.bind_text(at, *prefix);
    else
      to.bind_null(at);
  };
  bind(1, id_prefix_);
  bind(2, request_id_prefix_);
  prefixes_changed_ = false;
  return to.run();
}

void group_commit::bind_id(statement& to, int at, std::string_view text, std::optional<std::string>& prefix,
                           std::string& scratch, record_digest* digest) {
  auto made = compact(text, prefix);
  if (made.is == compact_text::form::text && !prefix) {
    if (const auto found = prefix_for(text)) {
      prefix = std::string{*found};
      prefixes_changed_ = true;
      made = compact(text, prefix);
    }
  }
  switch (made.is) {
    case compact_text::form::number:
      if (digest != nullptr) digest->add(made.number);
      to.bind(at, made.number);
      return;
    case compact_text::form::bytes:
      scratch.resize(made.size);  // assign() would convert bytes that are not char through a temporary string
      std::copy_n(made.bytes.begin(), made.size, scratch.begin());
      if (digest != nullptr) digest->add_blob(scratch);
      to.bind_blob(at, scratch);
      return;
    case compact_text::form::text:
      break;
  }
  if (!is_plain_utf8(text)) {
    scratch = as_plain_utf8(text);
    text = scratch;
  }
  if (digest != nullptr) digest->add_text(text);
  to.bind_text(at, text);
}

void group_commit::bind_plain(statement& to, int at, std::string_view text, std::string& scratch) {
  if (text.empty()) {
    to.bind_null(at);
  } else if (is_plain_utf8(text)) {
    to.bind_text(at, text);
  } else {
    scratch = as_plain_utf8(text);
    to.bind_text(at, scratch);
  }
}

}  // namespace pawl::ledger

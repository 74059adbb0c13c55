// Writes batches of records, in one transaction each. This is the SQL of a run in progress, without threads:
// the writer thread owns one of these, and the benchmark measures it alone.
#pragma once

#include "engine/ledger/database.hpp"
#include "engine/ledger/job_key.hpp"
#include "engine/ledger/record_batch.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace pawl::ledger {

class group_commit {
 public:
  // Prepares the statements and counts the blocks that are neither empty nor complete (milliseconds). The
  // database must outlive the object and be used by its thread only.
  static expected<std::unique_ptr<group_commit>> prepare(database&, std::int64_t generation,
                                                         std::int64_t run);

  // Commits all of it or nothing; when it returns, the data is on the disk. After a failure the object must
  // not be used.
  status commit(const std::vector<record_batch>&);

 private:
  struct statements {
    statement job, usual_job, usual_jobs, intent, withdrawal, sample, event, block, prefixes;
  };
  group_commit(database& db, std::int64_t generation, std::int64_t run, statements s)
      : db_(db), generation_(generation), run_(run), sql_(std::move(s)) {}

  status read_generation();
  status count_open_blocks();
  status write(const record_batch&);
  status write(const job_record&);
  status write_any(const job_record&);
  status queue_usual(const job_record&);
  status write_left_usual();
  static status of_row(std::uint64_t row, status);
  status write(const intent_record&);
  status write(const intent_withdrawal&);
  status write(const sample_row&);
  status write(const event_record&, const std::array<std::string, 2>& texts);
  status count(std::uint64_t row, outcome);
  status close_block(std::uint64_t block, const outcome_counts&);
  status write_prefixes();
  // The first id that a prefix would turn into bytes sets the generation's prefix. `digest`: gets the value
  // as it is bound; null: nobody needs it.
  void bind_id(statement&, int at, std::string_view, std::optional<std::string>& prefix, std::string& scratch,
               record_digest* digest = nullptr);
  // Binds usual_[i] as row number `place` of the statement.
  void bind_usual(statement&, std::size_t i, std::size_t place);
  void bind_plain(statement&, int at, std::string_view, std::string& scratch);  // empty: NULL

  database& db_;
  std::int64_t generation_, run_;
  statements sql_;

  std::int64_t started_us_ = 0;
  std::uint64_t rows_ = 0;
  std::optional<std::string> id_prefix_, request_id_prefix_;
  bool prefixes_changed_ = false;

  std::unordered_map<std::uint64_t, outcome_counts> open_blocks_;
  std::array<std::string, 5> scratch_;  // repaired texts, while they are bound

  // Usual rows are inserted several at once, which saves a quarter of what SQLite costs for one. Without this
  // an update, which takes 57,800 instructions, would take 2,140 more and 1.7 more allocations
  // (benchmarks/cost, 2026-11-29). Their texts lie in the batch that is being written.
  static constexpr std::size_t usual_at_once = 16;
  std::array<job_record, usual_at_once> usual_;
  std::size_t usual_count_ = 0;
  std::array<std::string, 2 * usual_at_once> usual_scratch_;  // as scratch_
  record_digest digest_;
};

}  // namespace pawl::ledger

// The SQLite file in which every row's outcome is true. This header is the side that one thread uses between
// and around runs: open, lock, generations, resume, reading. While a run writes, engine/ledger/ledger_writer
// owns the connection on its own thread. The schema (schema.sql) is a public interface.
#pragma once

#include "engine/input/job_source.hpp"
#include "engine/model/boot_moment.hpp"
#include "engine/model/counters.hpp"
#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::ledger {

inline constexpr int application_id = 0x7061776c;  // "pawl"
inline constexpr int schema_version = 2;

struct target {
  std::string profile, base_url, account;  // account: empty until /me has answered or where the API has none
  bool operator==(const target&) const = default;
};

struct generation_row {
  std::int64_t id = 0;
  pawl::ledger::target target;
  input::input_identity input;
  std::string input_path;
  std::string header;      // csv: the header row, for exports with the original columns
  char delimiter = '\0';   // csv: between its columns; '\0': not known
  std::string settings;    // JSON without secrets
  std::uint64_t rows = 0;  // of the validated input
  wall_time started{};
  std::optional<wall_time> finished;  // when no row was pending any more
  bool given_up = false;              // --fresh, or a newer generation has begun
  bool skip_invalid = false;
};

struct run_row {
  std::int64_t id = 0;
  std::int64_t generation = 0;
  wall_time started{};
  std::optional<wall_time> ended;
  std::string version;
  std::optional<int> exit_code;
  std::string stop_reason;
  outcome_counts counts;  // of this invocation
};

struct job_row {  // for export
  std::uint64_t row = 0;
  std::string id;
  pawl::outcome outcome{};
  std::optional<pawl::verified> verified;
  int http_status = 0;
  std::string error_code, error_message, request_id;
  std::uint32_t attempts = 0;
  std::optional<wall_time> sent_at, finished_at;
  std::uint64_t latency_us = 0;
  std::optional<std::string> raw;
};

// What a run looked like at a moment.
struct sample_row {
  wall_time at{};
  outcome_counts counts;  // of the generation
  counters figures;       // of the run
  std::uint32_t in_flight = 0;
  double rate = 0;  // writes per second since the sample before
  std::uint64_t latency_p50_us = 0, latency_p95_us = 0, latency_max_us = 0;
  std::string waits_for;  // why nothing moves, as in the progress line; empty while it does
};

struct intent_row {
  std::uint64_t row = 0;
  std::string id;
  wall_time sent_at{};
  // As in intent_record; empty old_values and updated_at: not known.
  std::string old_values, new_values, updated_at;
  bool was_read = false;  // false: old_values are not known because nothing was read
  boot_moment sent;       // sent_at by the boot clock; unknown in what earlier versions wrote
};

// The writes of the last while that a ledger knows of, for the quota of a key whose own record is lost. Ages
// are as low as the clocks allow: nothing here is taken for older than it is.
struct recent_writes {
  struct write {
    duration age;            // of the reply, or of the end of an attempt without one
    std::uint32_t attempts;  // the earlier ones count as ended with the last
  };
  std::vector<write> known;
  // Besides, of rows that are pending: `more` ended `more_age` ago at the earliest; as many as any limit
  // allows where a run was killed.
  static constexpr std::uint64_t any_number = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t more = 0;
  duration more_age{};

  // One for each write, youngest first.
  std::vector<duration> ages(std::size_t at_most) const;
};

// A write that was or may have been applied, and what stood there before it.
struct pre_image {
  std::uint64_t row = 0;
  std::string id;
  // False: nobody knows (outcome unknown or mismatch, or cut off by a crash and not judged yet).
  bool certain = false;
  std::string old_values, new_values;  // as in intent_record; never empty
};

// A row that --retry takes again, of whose patch something stays out because later rows of its id have
// written it.
struct left_out_row {
  std::uint64_t row = 0;
  std::vector<std::string> fields;
  bool superseded = false;  // nothing of the patch is left
};

// One bit per row.
class row_set {
 public:
  explicit row_set(std::uint64_t rows = 0) : bits_((rows + 64) / 64) {}
  bool contains(std::uint64_t row) const noexcept {
    return row / 64 < bits_.size() && (bits_[row / 64] >> (row % 64) & 1) != 0;
  }
  void insert(std::uint64_t row) {
    if (row / 64 >= bits_.size()) bits_.resize(row / 64 + 1);
    bits_[row / 64] |= std::uint64_t{1} << (row % 64);
  }
  void insert_range(std::uint64_t first, std::uint64_t last) {  // both included
    for (auto row = first; row <= last; ++row) insert(row);
  }

 private:
  std::vector<std::uint64_t> bits_;
};

enum class access { read_only, read_write };

class ledger_file {
 public:
  // read_write: creates the file (mode 0600) if there is none, locks it and the lock file beside it for the
  // life of the object (held by another: failure_kind::later, names the holder's pid and start), checks
  // application_id and schema version. A symbolic link, or a file with a second name: failure_kind::usage.
  // read_only: neither lock nor creation; works while a run goes on, and in places where nothing can be
  // written. Not a ledger, of a newer pawl, no such file or directory: failure_kind::usage; no right to
  // write, full disk, damaged: failure_kind::mend.
  static expected<ledger_file> open(const std::string& path, access);
  ledger_file(ledger_file&&) noexcept;
  ledger_file& operator=(ledger_file&&) noexcept;
  ~ledger_file();

  // Who runs on this ledger now ("pid 17 (pawl run), started 2026-01-02T03:04:05Z"); unset: nobody.
  static expected<std::optional<std::string>> running(const std::string& path);

  const std::string& path() const noexcept;

  // Of a ledger that was opened to be written: whether its name still leads to the file that is open. A
  // failure (mend) says what became of it and what that means. A writer looks at its commits, at most once a
  // second.
  status in_place() const;

  // The newest generation, those left out that were withdrawn; none: nullopt.
  expected<std::optional<generation_row>> newest_generation();
  // The one with this number, from 1; nullopt: there is none.
  expected<std::optional<generation_row>> generation(std::int64_t id);
  // With its checkpoints, in one transaction; a generation that was not finished counts as given up from then
  // on. `id`, `finished` and `given_up` of the argument do not matter.
  expected<std::int64_t> begin_generation(const generation_row&, const std::vector<input::checkpoint>&);
  status bind_account(std::int64_t generation, const std::string& account);
  // For a generation with which nothing was done: it counts as given up, and what begin_generation() gave up
  // for it does not any more.
  status withdraw(std::int64_t generation, wall_time now);
  status finish_generation(std::int64_t generation, wall_time now);

  // Rows per outcome as they are on the disk, one moment's view. Milliseconds, however large the ledger:
  // whole blocks of rows are counted already (done_block in schema.sql).
  expected<outcome_counts> counts(std::int64_t generation);
  // Rows that have an outcome. As quick as counts().
  expected<row_set> done_rows(std::int64_t generation, std::uint64_t rows);
  // Intents of rows without an outcome, in row order and of one row oldest first: what a crash left in the
  // air.
  // Also those of `unknown` rows that --retry took again; not those of rows that are known not to have been
  // applied.
  expected<std::vector<intent_row>> open_intents(std::int64_t generation);
  // Every write that may have been applied and whose old values were read, for undo: resource by resource,
  // the one with the newest row first; of one resource oldest first. Streams; its memory does not grow with
  // the run. `tell` returning false stops.
  status for_each_pre_image(std::int64_t generation, id_compare,
                            const std::function<bool(const pre_image&)>& tell);
  // Rows that were or may have been applied without anything being read before: no undo knows them.
  status for_each_blind_write(std::int64_t generation,
                              const std::function<void(std::uint64_t row, const std::string& id)>& tell);

  // --retry: rows with one of these outcomes become pending again, in one transaction; those that are
  // superseded by `left_out` (in row order) get that outcome instead. What they were is kept in the table
  // `retried` under `run`. Answers how many rows are pending again and how many superseded.
  struct taken_again {
    std::uint64_t pending = 0, superseded = 0;
  };
  expected<taken_again> take_again(std::int64_t generation, std::int64_t run,
                                   const std::vector<outcome>& outcomes,
                                   const std::vector<left_out_row>& left_out, wall_time now);
  // Of rows that are pending after --retry: what of their patches is not sent, in row order.
  expected<std::vector<left_out_row>> left_out(std::int64_t generation);

  // All that --retry ever took again.
  expected<row_set> retried_rows(std::int64_t generation);

  // The last checkpoint at or before `row`; the start of the input where there is none.
  expected<input::checkpoint> checkpoint_before(std::int64_t generation, std::uint64_t row);

  expected<std::int64_t> begin_run(std::int64_t generation, const std::string& version, wall_time now,
                                   const boot_moment& boot = {});
  status end_run(std::int64_t run, wall_time now, int exit_code, const std::string& stop_reason,
                 const outcome_counts&);
  expected<std::vector<run_row>> runs(std::int64_t generation);

  // What the runs before `run` have written in the last `window`. A pass over all outcomes.
  expected<recent_writes> writes_before(std::int64_t run, duration window, wall_time now,
                                        const boot_moment& boot);

  // The newest samples of a run, at most so many, the newest first.
  expected<std::vector<sample_row>> last_samples(std::int64_t run, std::size_t most);

  // Rows with an outcome, in row order, filtered by outcome (empty filter: all). Streams; `row` returning
  // false stops.
  status for_each_job(std::int64_t generation, const std::vector<outcome>& filter,
                      const std::function<bool(const job_row&)>& row);

 private:
  friend class ledger_writer;
  struct impl;
  explicit ledger_file(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

// What a ledger decides about a run: the table of the documentation as a pure function.
enum class run_decision { start, go_on, refuse_changed, already_finished, start_new };
struct run_question {
  bool has_generation = false;
  bool finished = false;
  bool given_up = false;  // and nothing newer
  bool same_input = false;
  bool fresh = false;  // --fresh
  bool again = false;  // --again
};
run_decision decide_run(const run_question&) noexcept;
// Whether same_input makes a difference to decide_run(): else nobody need read the input to know it.
bool depends_on_input(run_question) noexcept;
// The same for --retry, which takes rows of the newest generation again, finished or not.
enum class retry_decision { take, refuse_none, refuse_changed };
retry_decision decide_retry(const run_question&) noexcept;

}  // namespace pawl::ledger

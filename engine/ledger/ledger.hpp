// The SQLite file that holds the true outcome of every row. This header has what one thread does between and
// around runs: open, lock, generations, resume, reading. While a run writes, engine/ledger/ledger_writer owns
// the connection on its own thread. The schema (schema.sql) is a public interface.
#pragma once

#include "engine/input/job_source.hpp"
#include "engine/ledger/soundness.hpp"
#include "engine/model/boot_moment.hpp"
#include "engine/model/counters.hpp"
#include "engine/model/error.hpp"
#include "engine/model/matched_value.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/model/whoever.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pawl::ledger {

inline constexpr int application_id = 0x7061776c;  // "pawl"
inline constexpr int schema_version = 5;
inline constexpr int first_sealed_version = 4;    // earlier ledgers have no checksums
inline constexpr int first_matching_version = 5;  // earlier ledgers have no table `matched`

struct target {
  std::string profile, base_url, account;  // account: empty until whoami has answered, or if the API has none
  bool operator==(const target&) const = default;
};

struct generation_row {
  std::int64_t id = 0;
  pawl::ledger::target target;
  input::input_identity input;
  std::string input_path;
  std::string header;      // csv: the header row, for exports with the original columns
  char delimiter = '\0';   // csv: separates its columns; '\0': not known
  std::string settings;    // JSON without secrets
  std::uint64_t rows = 0;  // of the validated input
  wall_time started{};
  std::optional<wall_time> finished;  // when no row was pending any more
  bool given_up = false;              // by --fresh, or because a newer generation has begun
  bool skip_invalid = false;
};

struct run_row {
  std::int64_t id = 0;
  std::int64_t generation = 0;
  wall_time started{};
  std::optional<wall_time> ended;
  std::string version;
  whoever who;
  std::optional<int> exit_code;
  std::string stop_reason;
  outcome_counts counts;  // outcomes of this invocation
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

// The state of a run at one moment.
struct sample_row {
  wall_time at{};
  outcome_counts counts;  // outcomes of the generation
  counters figures;       // figures of the run
  std::uint32_t in_flight = 0;
  double rate = 0;  // writes per second since the sample before
  std::uint64_t latency_p50_us = 0, latency_p95_us = 0, latency_max_us = 0;
  std::string waits_for;  // why no row moves, as in the progress line; empty while rows move
};

struct intent_row {
  std::uint64_t row = 0;
  std::string id;
  wall_time sent_at{};
  // As in intent_record; old_values and updated_at are empty if not known.
  std::string old_values, new_values, updated_at;
  bool was_read = false;  // false: nothing was read, so old_values are not known
  boot_moment sent;       // sent_at by the boot clock; unknown in what earlier versions wrote
  std::string key;        // idempotency key of the write; empty: it carried none
};

// The recent writes that a ledger knows of. They fill the quota of a key whose own record is lost. Each age
// is the lowest that the clocks allow, so no write is taken for older than it is.
struct recent_writes {
  struct write {
    duration age;            // of the reply, or of the end of an attempt without one
    std::uint32_t attempts;  // the earlier ones are taken to have ended with the last
  };
  std::vector<write> known;
  // Further writes of rows that are pending: `more` of them, which ended `more_age` ago at the earliest. If a
  // run was killed, their number is not known: any_number stands for as many as any limit allows. An age below
  // zero: they may still be on their way (policy::slot_entry::longest_way).
  static constexpr std::uint64_t any_number = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t more = 0;
  duration more_age{};

  // One age for each write, youngest first.
  std::vector<duration> ages(std::size_t at_most) const;
};

// A write that was or may have been applied, with the values that it overwrote.
struct pre_image {
  std::uint64_t row = 0;
  std::string id;
  // False: it is not known whether it was applied (outcome unknown or mismatch, or cut off by a crash and not
  // judged yet).
  bool certain = false;
  // The reply, or a read after it, showed every field as it was sent. False: it did not, or it is not known.
  bool as_sent = false;
  std::string old_values, new_values;  // as in intent_record; never empty
};

// A row that --retry takes again, without some fields of its patch: later rows of its id have written these.
struct left_out_row {
  std::uint64_t row = 0;
  std::vector<std::string> fields;  // entries as in engine/input/left_out.hpp
  bool superseded = false;          // nothing of the patch is left
};

// A set of rows, one bit for each.
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
  // life of the object, and checks application_id and schema version. If another process holds it:
  // failure_kind::later, with the holder's pid and start. A symbolic link, or a file with a second name:
  // failure_kind::usage.
  //
  // read_only: takes no lock and creates nothing; it works while a run goes on, and in places where nothing
  // can be written.
  //
  // Both: a file that is no ledger or of a newer pawl, or no such file or directory: failure_kind::usage; no
  // permission to write, a full disk, a damaged file: failure_kind::mend.
  static expected<ledger_file> open(const std::string& path, access);
  ledger_file(ledger_file&&) noexcept;
  ledger_file& operator=(ledger_file&&) noexcept;
  ~ledger_file();

  // Who uses this ledger now ("pid 17 (pawl run), started 2026-01-02T03:04:05Z"); unset: nobody.
  static expected<std::optional<std::string>> running(const std::string& path);

  const std::string& path() const noexcept;

  // For a ledger that was opened for writing: whether its name still leads to the open file. The failure
  // (mend) says what became of the file and what that means. A writer calls this when it commits, at most
  // once a second.
  status in_place() const;

  // The newest generation that was not withdrawn; nullopt: there is none.
  expected<std::optional<generation_row>> newest_generation();
  // The generation with this number (from 1); nullopt: there is none.
  expected<std::optional<generation_row>> generation(std::int64_t id);
  // Records a generation and its checkpoints in one transaction; an earlier generation that was not finished
  // counts as given up from then on. `id`, `finished` and `given_up` of the argument are ignored.
  expected<std::int64_t> begin_generation(const generation_row&, const std::vector<input::checkpoint>&);
  status bind_account(std::int64_t generation, const std::string& account);
  // Undoes begin_generation(): this generation counts as given up, and the one that was given up for it no
  // longer does. Allowed only while nothing was done with the generation.
  status withdraw(std::int64_t generation, wall_time now);
  status finish_generation(std::int64_t generation, wall_time now);

  // Rows per outcome as they are on the disk, in one consistent view. It takes milliseconds, however large
  // the ledger: whole blocks of rows are counted already (done_block in schema.sql).
  expected<outcome_counts> counts(std::int64_t generation);
  // The rows that have an outcome. As fast as counts().
  expected<row_set> done_rows(std::int64_t generation, std::uint64_t rows);
  // Intents of rows without an outcome, which a crash has left; in row order, those of one row oldest first.
  // They include those of `unknown` rows that --retry took again, but not those of rows that are known not to
  // have been applied.
  expected<std::vector<intent_row>> open_intents(std::int64_t generation);
  // Calls `tell` for every write that may have been applied and whose old values were read; for undo. Writes
  // come resource by resource, the resource with the newest row first; those of one resource come in the
  // order in which they were sent. Streams: its memory does not grow with the run. It stops when `tell`
  // returns false.
  status for_each_pre_image(std::int64_t generation, id_compare,
                            const std::function<bool(const pre_image&)>& tell);
  // Rows that were or may have been applied without a read before: undo cannot restore them.
  status for_each_blind_write(std::int64_t generation,
                              const std::function<void(std::uint64_t row, const std::string& id)>& tell);

  // --retry: in one transaction, rows with one of these outcomes become pending again; those that `left_out`
  // (in row order) calls superseded get that outcome instead. The table `retried` keeps their former outcomes
  // under `run`. Returns how many rows are pending again and how many are superseded.
  struct taken_again {
    std::uint64_t pending = 0, superseded = 0;
  };
  expected<taken_again> take_again(std::int64_t generation, std::int64_t run,
                                   const std::vector<outcome>& outcomes,
                                   const std::vector<left_out_row>& left_out, wall_time now);
  // What the newest --retry left out of the patches of rows, in row order: of rows that are pending, or of
  // those that have an outcome since and were not superseded by it.
  enum class left_out_of : std::uint8_t { pending, ended };
  expected<std::vector<left_out_row>> left_out(std::int64_t generation, left_out_of);

  // All rows that any --retry has taken again.
  expected<row_set> retried_rows(std::int64_t generation);

  // Keeps what values stand for, in one transaction. A value that is kept already gets the newer answer.
  status put_matched(std::int64_t generation, std::span<const matched_value>);
  // Stops when `tell` returns a failure, and returns it.
  status for_each_matched(std::int64_t generation, const std::function<status(const matched_value&)>& tell);
  // Whether anything was done with the generation: a row has an outcome, or was about to be sent.
  expected<bool> was_begun(std::int64_t generation);

  // The last checkpoint at or before `row`; the start of the input if there is none.
  expected<input::checkpoint> checkpoint_before(std::int64_t generation, std::uint64_t row);

  expected<std::int64_t> begin_run(std::int64_t generation, const std::string& version, wall_time now,
                                   const boot_moment& boot = {}, const whoever& = {});
  status end_run(std::int64_t run, wall_time now, int exit_code, const std::string& stop_reason,
                 const outcome_counts&);
  expected<std::vector<run_row>> runs(std::int64_t generation);

  // The writes of the runs before `run` in the last `window`. Reads all outcomes.
  expected<recent_writes> writes_before(std::int64_t run, duration window, wall_time now,
                                        const boot_moment& boot);

  // The newest samples of a run, at most `most`, newest first.
  expected<std::vector<sample_row>> last_samples(std::int64_t run, std::size_t most);

  // Examines the ledger in one consistent view: the file, the schema, the numbers, the checksums, the chain.
  // Reads everything. `noted`: a seal, or its first digits, that somebody has kept; empty: none.
  expected<soundness> check(std::string_view noted);
  // Whether what the ledger says about this generation is what pawl wrote; the failure (mend) names the first
  // rows that are not. A ledger of an earlier version has no checksums and passes. Reads all its records.
  status prove(std::int64_t generation);
  // The digest of the newest link, hexadecimal; empty: there is none.
  expected<std::string> seal();
  // Takes everything as it stands for what pawl wrote, and says so in an event of the newest run.
  status accept_changes(wall_time now);

  // Calls `row` for rows with an outcome, in row order, only those whose outcome is in `filter` (empty: all).
  // Streams; stops when `row` returns false.
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
  bool given_up = false;  // and no newer generation follows it
  bool same_input = false;
  bool fresh = false;  // --fresh
  bool again = false;  // --again
};
run_decision decide_run(const run_question&) noexcept;
// Whether decide_run() depends on same_input; if not, the input need not be read to know it.
bool depends_on_input(run_question) noexcept;
// The decision for --retry, which takes rows of the newest generation again, finished or not.
enum class retry_decision { take, refuse_none, refuse_changed };
retry_decision decide_retry(const run_question&) noexcept;

}  // namespace pawl::ledger

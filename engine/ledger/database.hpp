// A thin owner around SQLite: handles close themselves, and one table turns result codes into failures.
// Private to this room: only this header shows SQLite's types.
#pragma once

#include "engine/ledger/record_digest.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/model/time.hpp"

#ifndef SQLITE_ENABLE_PREUPDATE_HOOK  // the library of Debian has it
#define SQLITE_ENABLE_PREUPDATE_HOOK
#endif
#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::ledger {

extern const char* const schema_sql;  // schema.sql

// Remedies: for a file that is no ledger, or not one of this version; and where no ledger was found.
std::string another_file();
std::string ledger_of_a_run();

// What a result code of SQLite means to a user. `code` may be an extended one; `detail` is SQLite's own
// message.
failure sqlite_failure(int code, const std::string& path, std::string_view detail);

// The clause behind a column of ids that makes it compare as the API does (NOCASE folds ASCII letters).
constexpr std::string_view collation(id_compare ids) noexcept {
  return ids == id_compare::nocase ? " COLLATE NOCASE" : "";
}

// INSERT INTO `table` (`columns`) VALUES (?, ...), with one parameter for each of the columns, which commas
// separate.
std::string insert_into(std::string_view table, std::string_view columns);

// How values are stored: moments as microseconds since the Unix epoch, counts as SQLite's signed integers.
constexpr std::int64_t micros(wall_time t) noexcept {
  return t.time_since_epoch().count();
}
constexpr wall_time wall(std::int64_t us) noexcept {
  return wall_time{std::chrono::microseconds{us}};
}
constexpr std::int64_t number(std::uint64_t n) noexcept {
  return static_cast<std::int64_t>(n);
}

// A prepared statement. Bound texts are not copied: they must live until step() has returned false, or until
// reset(). A bind that fails makes the next step() fail. Not thread-safe.
class statement {
 public:
  statement& bind(int at, std::int64_t value) noexcept { return keep(sqlite3_bind_int64(raw(), at, value)); }
  statement& bind(int at, double value) noexcept { return keep(sqlite3_bind_double(raw(), at, value)); }
  statement& bind_null(int at) noexcept { return keep(sqlite3_bind_null(raw(), at)); }
  statement& bind_text(int at, std::string_view) noexcept;  // an empty text stays a text, not NULL
  statement& bind_blob(int at, std::string_view) noexcept;

  // True: there is a row, which the functions below read. False: the statement has finished and is reset for
  // the next use.
  expected<bool> step();
  // Runs a statement whose rows do not matter.
  status run();
  void reset() noexcept;

  int columns() const noexcept { return sqlite3_column_count(raw()); }
  int type(int column) noexcept { return sqlite3_column_type(raw(), column); }  // SQLITE_INTEGER, ...
  bool is_null(int column) noexcept { return sqlite3_column_type(raw(), column) == SQLITE_NULL; }
  std::int64_t integer(int column) noexcept { return sqlite3_column_int64(raw(), column); }
  double real(int column) noexcept { return sqlite3_column_double(raw(), column); }
  // The bytes of a TEXT or BLOB, empty for NULL; valid until the next step() or reset().
  std::string_view text(int column) noexcept;

 private:
  friend class database;
  struct finalizer {
    void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
  };
  statement(sqlite3_stmt* s, const std::string* path) : handle_(s), path_(path) {}
  sqlite3_stmt* raw() const noexcept { return handle_.get(); }
  statement& keep(int code) noexcept {
    if (code != SQLITE_OK) bind_code_ = code;
    return *this;
  }

  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
  const std::string* path_;  // of the database, which outlives its statements
  int bind_code_ = SQLITE_OK;
};

// Learns what a connection changes, on the thread that uses it.
class change_listener {
 public:
  virtual ~change_listener() = default;
  // A record of `table` is about to change. `operation`: SQLITE_INSERT, SQLITE_UPDATE or SQLITE_DELETE; its
  // values are there for sqlite3_preupdate_old() and sqlite3_preupdate_new().
  virtual void on_change(sqlite3*, int operation, std::string_view table) = 0;
  // A record that run_told() inserts: its `values` in the order of the columns, of which `key` is the first.
  virtual void on_told(std::string_view table, std::int64_t key, record_digest& values) = 0;
  // A transaction is about to commit; what this writes belongs to it.
  virtual status before_commit() = 0;
  // Changes that before_commit() has not seen: they are refused instead of committed.
  virtual bool is_behind() const noexcept = 0;
  virtual void on_rollback() noexcept = 0;
  // Within a transaction: the state that it leaves is one that people may want to prove later.
  virtual void on_milestone(wall_time now) = 0;
};

// A connection, used by one thread at a time (SQLITE_OPEN_NOMUTEX). It cannot be moved, because statements
// refer to it.
class database {
 public:
  // `flags`: SQLITE_OPEN_READONLY, or READWRITE with or without CREATE. `immutable`: SQLite neither locks nor
  // looks for a write-ahead log; it serves files in places where nothing can be written.
  static expected<std::unique_ptr<database>> open(const std::string& path, int flags, bool immutable = false);

  // Opens a file without a name, which is private to this process and disappears with the connection.
  static expected<std::unique_ptr<database>> open_temporary();

  ~database();

  const std::string& path() const noexcept { return path_; }
  // Whether it was opened for writing, but the permissions of the file did not allow that.
  bool is_read_only() const noexcept { return sqlite3_db_readonly(handle_.get(), "main") == 1; }
  status execute(const char* sql);  // any number of statements without parameters
  expected<statement> prepare(std::string_view sql);
  // The integer that `sql` yields; 0 if it yields no row.
  expected<std::int64_t> ask(std::string_view sql);
  // From here on the listener learns of all changes. They have to be made in transactions.
  void tell(std::unique_ptr<change_listener>);
  change_listener* listener() const noexcept { return listener_.get(); }
  // Runs an INSERT whose records the listener has been told of by on_told(). It saves what SQLite costs to
  // show them: of each row of a run 4,600 of the 57,800 instructions, and one allocation (benchmarks/cost,
  // 2026-11-30).
  status run_told(statement&);
  void milestone(wall_time now) {
    if (listener_) listener_->on_milestone(now);
  }
  // Takes back what a failed group has not committed. Errors here are ignored: the first failure is the one
  // to report.
  void roll_back() noexcept;

 private:
  struct closer {
    void operator()(sqlite3* db) const noexcept { sqlite3_close(db); }
  };
  explicit database(std::string path) : path_(std::move(path)) {}
  void listen(bool on) noexcept;
  failure last_failure(int code) const;

  std::string path_;
  // Its statements are finalized after its last call, and before the handle is closed.
  std::unique_ptr<sqlite3, closer> handle_;
  std::unique_ptr<change_listener> listener_;
};

// BEGIN IMMEDIATE ... COMMIT around several statements. The destructor rolls back unless commit() was called.
class transaction {
 public:
  static expected<transaction> begin(database&);
  // Gives several questions one consistent view; stops nobody from writing.
  static expected<transaction> begin_reading(database&);
  transaction(transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  transaction& operator=(transaction&&) = delete;
  ~transaction() {
    if (db_ != nullptr) db_->roll_back();
  }
  status commit();

 private:
  explicit transaction(database& db) : db_(&db) {}
  database* db_;
};

}  // namespace pawl::ledger

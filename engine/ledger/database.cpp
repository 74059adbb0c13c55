#include "engine/ledger/database.hpp"

#include "engine/model/option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include <sys/stat.h>

namespace pawl::ledger {
namespace {

struct meaning {
  int code;  // primary result code
  failure_kind kind;
  const char *what, *remedy;
  bool or_elsewhere = false;  // keeping the ledger in another place helps too
};

constexpr const char* run_again = "then run the same command again";

constexpr std::array meanings{
    meaning{SQLITE_FULL, failure_kind::mend, "the disk is full", "free some space, "},
    meaning{SQLITE_IOERR, failure_kind::mend, "the disk could not be read or written",
            "check the disk (dmesg, df), "},
    meaning{SQLITE_READONLY, failure_kind::mend, "the ledger cannot be written",
            "make the file and its directory writable or ", true},
    meaning{SQLITE_CANTOPEN, failure_kind::mend, "the ledger cannot be opened",
            "check the rights of the file and its directory or ", true},
    meaning{SQLITE_PERM, failure_kind::mend, "the ledger may not be read or written",
            "check the rights of the file and its directory, "},
    meaning{SQLITE_CORRUPT, failure_kind::mend, "the ledger is damaged",
            "keep a copy, save what is readable with `sqlite3 LEDGER .recover` and move the file away, "},
    meaning{SQLITE_BUSY, failure_kind::later, "another program is writing to the ledger", "close it, "},
    meaning{SQLITE_LOCKED, failure_kind::later, "another program is writing to the ledger", "close it, "},
    meaning{SQLITE_PROTOCOL, failure_kind::later, "other programs kept the ledger locked", "close them, "},
    meaning{SQLITE_NOMEM, failure_kind::mend, "there is no memory left", "free some memory, "},
};

// By default SQLite takes a process-wide lock at each allocation to count its memory. It refuses the setting
// if something else in the process has used SQLite before; the default then stays, which is only slower.
void tune_once() noexcept {
  static const int outcome = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(outcome);
}

// SQLite would open a pipe and wait for its other end. So this refuses pipes in the place of the file, and of
// the files that SQLite keeps beside it under the name that the file has behind links.
std::optional<failure> refuse_pipes(const std::string& path) {
  const auto is_pipe = [](const std::string& name) {
    struct stat is{};
    return ::stat(name.c_str(), &is) == 0 && !S_ISREG(is.st_mode) && !S_ISDIR(is.st_mode);
  };
  if (is_pipe(path))
    return failure{failure_kind::usage, path, "is not a regular file, so it is no ledger", ledger_of_a_run()};
  std::error_code failed;
  auto real = std::filesystem::canonical(path, failed).string();
  if (failed) real = path;
  for (const auto* ending : {"-wal", "-shm", "-journal"})
    if (is_pipe(real + ending))
      return failure{failure_kind::mend, real + ending,
                     "stands where SQLite keeps a part of the ledger, and is not a regular file",
                     "remove it"};
  return std::nullopt;
}

}  // namespace

std::string another_file() {
  return "name another file with " + to_string(option::ledger);
}

std::string ledger_of_a_run() {
  return "name the ledger of a run (INPUT.ledger unless " + to_string(option::ledger) + " said another)";
}

failure sqlite_failure(int code, const std::string& path, std::string_view detail) {
  const int primary = code & 0xff;
  std::string told = " (" + std::string{detail} + ", SQLite " + std::to_string(code) + ")";
  if (primary == SQLITE_NOTADB)
    return {failure_kind::usage, path, "this is not a ledger" + told, another_file()};
  if (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID)
    return {failure_kind::mend, path, "something would be recorded twice" + told,
            "this is a bug of pawl: please report it; what is committed stays true"};
  for (const auto& m : meanings)
    if (m.code == primary) {
      const auto elsewhere =
          m.or_elsewhere ? "name another place with " + to_string(option::ledger) + ", " : "";
      return {m.kind, path, m.what + told, m.remedy + elsewhere + run_again};
    }
  return {failure_kind::mend, path, "the ledger did not do what it was asked" + told,
          "if the file is no ledger of this version, name another one with " + to_string(option::ledger) +
              "; else please report it"};
}

std::string insert_into(std::string_view table, std::string_view columns) {
  std::string values = "?";
  for (auto commas = std::ranges::count(columns, ','); commas > 0; --commas) values += ", ?";
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, values);
}

statement& statement::bind_text(int at, std::string_view text) noexcept {
  // SQLite would bind a null pointer as NULL.
  const char* from = text.data() == nullptr ? "" : text.data();
  return keep(sqlite3_bind_text64(raw(), at, from, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

statement& statement::bind_blob(int at, std::string_view bytes) noexcept {
  const char* from = bytes.data() == nullptr ? "" : bytes.data();
  return keep(sqlite3_bind_blob64(raw(), at, from, bytes.size(), SQLITE_STATIC));
}

expected<bool> statement::step() {
  const int code = bind_code_ == SQLITE_OK ? sqlite3_step(raw()) : bind_code_;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  failure why = sqlite_failure(code, *path_, sqlite3_errmsg(sqlite3_db_handle(raw())));
  reset();
  return why;
}

status statement::run() {
  for (;;) {
    auto more = step();
    if (!more) return std::move(more.error());
    if (!*more) return {};
  }
}

void statement::reset() noexcept {
  // sqlite3_reset() returns the failure of the last step again, which step() has returned already.
  static_cast<void>(sqlite3_reset(raw()));
  bind_code_ = SQLITE_OK;
}

std::string_view statement::text(int column) noexcept {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(raw(), column));
  return {bytes, bytes == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(raw(), column))};
}

expected<std::unique_ptr<database>> database::open(const std::string& path, int flags, bool immutable) {
  tune_once();
  if (auto refused = refuse_pipes(path)) return *std::move(refused);
  std::unique_ptr<database> db{new database(path)};
  // SQLite gives "file:..." and ":memory:" a meaning that the user does not intend.
  std::string name = path.starts_with('/') ? path : "./" + path;
  if (immutable) {
    std::string uri = "file:";
    for (const char c : name) {
      constexpr std::string_view hex = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      if (c == '%' || c == '?' || c == '#')
        (uri += '%') += {hex[byte >> 4], hex[byte & 15]};
      else
        uri += c;
    }
    name = uri + "?immutable=1";
    flags |= SQLITE_OPEN_URI;
  }
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  db->handle_.reset(handle);
  if (code != SQLITE_OK) return db->last_failure(code);
  return db;
}

expected<std::unique_ptr<database>> database::open_temporary() {
  tune_once();
  std::unique_ptr<database> db{new database("temporary file")};
  sqlite3* handle = nullptr;
  constexpr int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2("", &handle, flags, nullptr);
  db->handle_.reset(handle);
  if (code != SQLITE_OK) return db->last_failure(code);
  return db;
}

failure database::last_failure(int code) const {
  return sqlite_failure(code, path_, handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code));
}

status database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return last_failure(code);
  return {};
}

expected<statement> database::prepare(std::string_view sql) {
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) return last_failure(code);
  return statement{made, &path_};
}

expected<std::int64_t> database::ask(std::string_view sql) {
  auto asked = prepare(sql);
  if (!asked) return std::move(asked.error());
  auto row = asked->step();
  if (!row) return std::move(row.error());
  return *row ? asked->integer(0) : 0;
}

// Closing rolls back what is open, and must tell nobody any more.
database::~database() {
  if (!listener_) return;
  listen(false);
  sqlite3_commit_hook(handle_.get(), nullptr, nullptr);
  sqlite3_rollback_hook(handle_.get(), nullptr, nullptr);
}

void database::tell(std::unique_ptr<change_listener> listener) {
  listener_ = std::move(listener);
  auto* db = handle_.get();
  listen(true);
  sqlite3_commit_hook(
      db, [](void* to) { return static_cast<change_listener*>(to)->is_behind() ? 1 : 0; }, listener_.get());
  sqlite3_rollback_hook(
      db, [](void* to) { static_cast<change_listener*>(to)->on_rollback(); }, listener_.get());
}

void database::listen(bool on) noexcept {
  const auto tell = [](void* to, sqlite3* from, int operation, const char* schema, const char* table,
                       sqlite3_int64, sqlite3_int64) {
    if (std::string_view{schema} == "main")
      static_cast<change_listener*>(to)->on_change(from, operation, table);
  };
  if (on)
    sqlite3_preupdate_hook(handle_.get(), tell, listener_.get());
  else
    sqlite3_preupdate_hook(handle_.get(), nullptr, nullptr);
}

status database::run_told(statement& insert) {
  if (!listener_) return insert.run();
  listen(false);
  auto done = insert.run();
  listen(true);
  return done;
}

void database::roll_back() noexcept {
  if (sqlite3_get_autocommit(handle_.get()) == 0)
    static_cast<void>(sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr));
}

expected<transaction> transaction::begin(database& db) {
  if (auto begun = db.execute("BEGIN IMMEDIATE"); !begun) return std::move(begun.error());
  return transaction{db};
}

expected<transaction> transaction::begin_reading(database& db) {
  if (auto begun = db.execute("BEGIN"); !begun) return std::move(begun.error());
  return transaction{db};
}

status transaction::commit() {
  auto* listener = db_->listener();
  auto done = listener == nullptr ? status{} : listener->before_commit();
  if (done) done = db_->execute("COMMIT");
  if (!done) db_->roll_back();
  db_ = nullptr;
  return done;
}

}  // namespace pawl::ledger

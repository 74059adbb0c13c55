#include "engine/ledger/ledger.hpp"

#include "engine/ledger/chain.hpp"
#include "engine/ledger/done_blocks.hpp"
#include "engine/ledger/ledger_check.hpp"
#include "engine/ledger/ledger_impl.hpp"
#include "engine/ledger/sealer.hpp"
#include "engine/model/option.hpp"
#include "engine/sys/descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::ledger {
namespace {

// A wait of five seconds covers somebody's sqlite3 command; a run waits no longer for one (chosen). The
// write-ahead log grows while a long reader holds it; afterwards it is cut to 64 MiB (chosen).
constexpr const char* connection_settings =
    "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF;"
    "PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = ON;";

// Syncs the directory, so that the names of the ledger and of its log are on the disk, not only their
// contents.
status sync_directory(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto directory = slash == std::string::npos ? std::string{"."} : path.substr(0, slash + 1);
  const descriptor opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  // A directory that may be written but not read cannot be synced; that is no reason to refuse the ledger.
  if (!opened) return {};
  if (::fsync(opened.get()) != 0 && errno == EIO)
    return sqlite_failure(SQLITE_IOERR_DIR_FSYNC, path, "fsync of its directory");
  return {};
}

// The steps from each version of the schema to the next. A new ledger is created with the newest schema.
struct migration {
  int to;
  const char* sql;
};
constexpr std::array<migration, 4> migrations{{
    {2,
     "ALTER TABLE run ADD COLUMN boot_id TEXT; ALTER TABLE run ADD COLUMN started_boot_us INTEGER;"
     "ALTER TABLE intent ADD COLUMN sent_boot_us INTEGER;"},
    {3, "ALTER TABLE intent ADD COLUMN idempotency_key TEXT;"},
    {first_sealed_version,
     "ALTER TABLE run ADD COLUMN host TEXT; ALTER TABLE run ADD COLUMN user TEXT;"
     "CREATE TABLE seal (part TEXT NOT NULL, block INTEGER NOT NULL, rows INTEGER NOT NULL, sum INTEGER NOT "
     "NULL,"
     " PRIMARY KEY (part, block)) STRICT, WITHOUT ROWID;"
     "CREATE TABLE chain (link INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
     " seals BLOB NOT NULL, digest BLOB NOT NULL) STRICT;"},
    {5,
     "CREATE TABLE matched (generation INTEGER NOT NULL REFERENCES generation (id), value TEXT NOT NULL,"
     " ids TEXT NOT NULL, PRIMARY KEY (generation, value)) STRICT, WITHOUT ROWID;"},
}};
static_assert(migrations.back().to == schema_version);

// The version of a ledger's schema; 0: the file is empty. A ledger of an earlier version can be read as it
// is.
expected<std::int64_t> examine(database& db) {
  auto id = db.ask("PRAGMA application_id");
  if (!id) return std::move(id.error());
  auto version = db.ask("PRAGMA user_version");
  if (!version) return std::move(version.error());
  if (*id == application_id) {
    if (*version >= 1 && *version <= schema_version) return *version;
    return failure{failure_kind::usage, db.path(),
                   "this ledger has schema version " + std::to_string(*version) +
                       ", this pawl knows version " + std::to_string(schema_version),
                   "use the pawl that wrote it, or " + another_file()};
  }
  auto tables = db.ask("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::move(tables.error());
  if (*id == 0 && *version == 0 && *tables == 0) return std::int64_t{0};
  return failure{failure_kind::usage, db.path(), "this SQLite file is not a ledger of pawl", another_file()};
}

status use_wal(database& db) {
  auto query = db.prepare("PRAGMA journal_mode = WAL");
  if (!query) return std::move(query.error());
  auto row = query->step();
  if (!row) return std::move(row.error());
  if (*row && query->text(0) == "wal") return {};
  return failure{failure_kind::mend, db.path(), "the file system here cannot hold a write-ahead log",
                 "name a place on a local disk with " + to_string(option::ledger)};
}

status create_schema(database& db) {
  auto group = transaction::begin(db);
  if (!group) return std::move(group.error());
  const auto ids = "PRAGMA application_id = " + std::to_string(application_id) +
                   "; PRAGMA user_version = " + std::to_string(schema_version) + ";";
  if (auto done = db.execute(schema_sql); !done) return done;
  if (auto done = db.execute(ids.c_str()); !done) return done;
  return group->commit();
}

// Takes all steps or none, so that a killed process leaves a ledger of a whole version.
status migrate(database& db, std::int64_t from) {
  auto group = transaction::begin(db);
  if (!group) return std::move(group.error());
  for (const auto& step : migrations)
    if (step.to > from)
      if (auto done = db.execute(step.sql); !done) return done;
  // What stands there has to be believed: nothing says what it was.
  if (from < first_sealed_version) {
    if (auto done = seal_everything(db); !done) return done;
    auto newest = db.ask("SELECT max(started_at) FROM generation");
    if (!newest) return newest.error();
    if (auto done = append_link(db, wall(*newest)); !done) return done;
  }
  const auto version = "PRAGMA user_version = " + std::to_string(schema_version);
  if (auto done = db.execute(version.c_str()); !done) return done;
  return group->commit();
}

expected<std::unique_ptr<database>> open_for_run(const std::string& path) {
  auto opened = database::open(path, SQLITE_OPEN_READWRITE);
  if (!opened) return opened;
  auto& db = **opened;
  if (db.is_read_only()) return sqlite_failure(SQLITE_READONLY, path, "no right to write");
  if (auto set = db.execute(connection_settings); !set) return std::move(set.error());
  auto found = examine(db);
  if (!found) return std::move(found.error());
  if (auto wal = use_wal(db); !wal) return std::move(wal.error());
  if (*found == 0)
    if (auto made = create_schema(db); !made) return std::move(made.error());
  if (*found != 0 && *found < schema_version)
    if (auto done = migrate(db, *found); !done) return std::move(done.error());
  if (auto synced = sync_directory(path); !synced) return std::move(synced.error());
  auto seals = sealer::make(db);
  if (!seals) return std::move(seals.error());
  db.tell(*std::move(seals));
  return opened;
}

expected<std::unique_ptr<database>> open_for_reading_once(const std::string& path, bool immutable) {
  auto opened = database::open(path, SQLITE_OPEN_READONLY, immutable);
  if (!opened) return opened;
  if (auto set = (*opened)->execute("PRAGMA busy_timeout = 5000"); !set) return std::move(set.error());
  auto found = examine(**opened);
  if (!found) return std::move(found.error());
  if (*found == 0) return failure{failure_kind::usage, path, "this ledger is empty: no run has begun", ""};
  return opened;
}

expected<std::unique_ptr<database>> open_for_reading(const std::string& path) {
  struct stat file{}, log{};
  if (::stat(path.c_str(), &file) != 0)
    return failure{failure_kind::usage, path,
                   std::string{"the ledger cannot be opened: "} + std::strerror(errno), ledger_of_a_run()};
  auto opened = open_for_reading_once(path, false);
  // Who reads names the ledger itself, and not with an option.
  if (!opened)
    if (auto& remedy = opened.error().remedy; remedy.ends_with(another_file()))
      remedy.replace(remedy.size() - another_file().size(), std::string::npos, ledger_of_a_run());
  if (opened || opened.error().kind == failure_kind::usage) return opened;
  // Even a reader wants to write SQLite's shared index beside the file. If it cannot, and there is no log,
  // the file alone holds everything.
  if (::stat((path + "-wal").c_str(), &log) == 0 && log.st_size > 0) return opened;
  auto alone = open_for_reading_once(path, true);
  return alone ? std::move(alone) : std::move(opened);
}

}  // namespace

ledger_file::ledger_file(std::unique_ptr<impl> made) : impl_(std::move(made)) {}
ledger_file::ledger_file(ledger_file&&) noexcept = default;
ledger_file& ledger_file::operator=(ledger_file&&) noexcept = default;
ledger_file::~ledger_file() = default;

expected<ledger_file> ledger_file::open(const std::string& path, access how) {
  auto made = std::make_unique<impl>();
  made->path = path;
  if (how == access::read_write) {
    auto lock = lock_file::take(path + ".lock");
    if (!lock) return std::move(lock.error());
    made->lock.emplace(std::move(*lock));
    auto held = held_file::open(path);
    if (!held) return std::move(held.error());
    made->held.emplace(std::move(*held));
  }
  auto db = how == access::read_write ? open_for_run(path) : open_for_reading(path);
  if (!db) return std::move(db.error());
  made->db = std::move(*db);
  auto version = made->db->ask("PRAGMA user_version");
  if (!version) return std::move(version.error());
  made->version = *version;
  return ledger_file{std::move(made)};
}

expected<std::optional<std::string>> ledger_file::running(const std::string& path) {
  auto named = lock_file::holder(path + ".lock");
  if (!named || *named) return named;
  // The lock file of a run may have been removed; then the lock on the ledger itself tells.
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0) return named;
  return lock_file::holder_of(file.st_dev, file.st_ino);
}

status ledger_file::in_place() const {
  return impl_->held ? impl_->held->in_place() : status{};
}

const std::string& ledger_file::path() const noexcept {
  return impl_->path;
}

expected<std::optional<generation_row>> ledger_file::newest_generation() {
  constexpr std::int64_t whichever = 0;  // generation numbers begin at 1
  return generation(whichever);
}

expected<std::optional<generation_row>> ledger_file::generation(std::int64_t id) {
  auto query = impl_->db->prepare(
      "SELECT id, profile, base_url, account, input_path, input_sha256, shaping_sha256, header, delimiter,"
      " settings, rows, skip_invalid, started_at, finished_at, given_up_at"
      " FROM generation WHERE id = ?1 OR (?1 = 0 AND (given_up_at IS NULL"
      " OR EXISTS (SELECT 1 FROM job_data WHERE key BETWEEN (generation.id - 1) << 40 AND (generation.id << "
      "40) - 1)"
      " OR EXISTS (SELECT 1 FROM intent WHERE intent.generation = generation.id)))"
      " ORDER BY id DESC LIMIT 1");
  if (!query) return std::move(query.error());
  query->bind(1, id);
  auto row = query->step();
  if (!row) return std::move(row.error());
  if (!*row) return std::optional<generation_row>{};
  const auto text = [&](int column) { return std::string{query->text(column)}; };
  generation_row g;
  g.id = query->integer(0);
  g.target = {text(1), text(2), text(3)};
  g.input_path = text(4);
  const auto file = input::parse_sha256(query->text(5));
  const auto shaping = input::parse_sha256(query->text(6));
  if (!file || !shaping) return sqlite_failure(SQLITE_CORRUPT, impl_->path, "a digest that is none");
  g.input = {*file, *shaping};
  g.header = text(7);
  if (const auto delimiter = query->text(8); !delimiter.empty()) g.delimiter = delimiter[0];
  g.settings = text(9);
  g.rows = static_cast<std::uint64_t>(query->integer(10));
  g.skip_invalid = query->integer(11) != 0;
  g.started = wall(query->integer(12));
  if (!query->is_null(13)) g.finished = wall(query->integer(13));
  g.given_up = !query->is_null(14);
  return std::optional{std::move(g)};
}

expected<std::int64_t> ledger_file::begin_generation(const generation_row& g,
                                                     const std::vector<input::checkpoint>& checkpoints) {
  auto& db = *impl_->db;
  auto group = transaction::begin(db);
  if (!group) return std::move(group.error());
  auto replace =
      db.prepare("UPDATE generation SET given_up_at = ? WHERE finished_at IS NULL AND given_up_at IS NULL");
  if (!replace) return std::move(replace.error());
  if (auto done = replace->bind(1, micros(g.started)).run(); !done) return std::move(done.error());

  auto insert = db.prepare(
      "INSERT INTO generation (profile, base_url, account, input_path, input_sha256, shaping_sha256, header,"
      " delimiter, settings, rows, skip_invalid, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return std::move(insert.error());
  const auto file = input::to_hex(g.input.file), shaping = input::to_hex(g.input.shaping);
  const std::string delimiter(g.delimiter == '\0' ? 0 : 1, g.delimiter);
  insert->bind_text(1, g.target.profile).bind_text(2, g.target.base_url).bind_text(3, g.target.account);
  insert->bind_text(4, g.input_path).bind_text(5, file).bind_text(6, shaping).bind_text(7, g.header);
  insert->bind_text(8, delimiter).bind_text(9, g.settings).bind(10, number(g.rows));
  insert->bind(11, std::int64_t{g.skip_invalid}).bind(12, micros(g.started));
  if (auto done = insert->run(); !done) return std::move(done.error());
  auto id = db.ask("SELECT max(id) FROM generation");
  if (!id) return id;

  auto place = db.prepare("INSERT INTO checkpoint (generation, row, offset, line) VALUES (?, ?, ?, ?)");
  if (!place) return std::move(place.error());
  for (const auto& c : checkpoints) {
    place->bind(1, *id).bind(2, number(c.row)).bind(3, number(c.offset)).bind(4, number(c.line));
    if (auto done = place->run(); !done) return std::move(done.error());
  }
  db.milestone(g.started);
  if (auto done = group->commit(); !done) return std::move(done.error());
  return id;
}

status ledger_file::bind_account(std::int64_t generation, const std::string& account) {
  auto group = transaction::begin(*impl_->db);
  if (!group) return std::move(group.error());
  auto update = impl_->db->prepare("UPDATE generation SET account = ? WHERE id = ?");
  if (!update) return std::move(update.error());
  if (auto done = update->bind_text(1, account).bind(2, generation).run(); !done) return done;
  return group->commit();
}

status ledger_file::withdraw(std::int64_t generation, wall_time now) {
  auto group = transaction::begin(*impl_->db);
  if (!group) return std::move(group.error());
  auto revive = impl_->db->prepare(
      "UPDATE generation SET given_up_at = NULL"
      " WHERE id < ?1 AND given_up_at = (SELECT started_at FROM generation WHERE id = ?1)");
  if (!revive) return std::move(revive.error());
  if (auto done = revive->bind(1, generation).run(); !done) return done;
  auto end = impl_->db->prepare("UPDATE generation SET given_up_at = ? WHERE id = ? AND finished_at IS NULL");
  if (!end) return std::move(end.error());
  if (auto done = end->bind(1, micros(now)).bind(2, generation).run(); !done) return done;
  impl_->db->milestone(now);
  return group->commit();
}

status ledger_file::finish_generation(std::int64_t generation, wall_time now) {
  auto group = transaction::begin(*impl_->db);
  if (!group) return std::move(group.error());
  auto update = impl_->db->prepare("UPDATE generation SET finished_at = ? WHERE id = ?");
  if (!update) return std::move(update.error());
  if (auto done = update->bind(1, micros(now)).bind(2, generation).run(); !done) return done;
  impl_->db->milestone(now);
  return group->commit();
}

expected<std::int64_t> ledger_file::begin_run(std::int64_t generation, const std::string& version,
                                              wall_time now, const boot_moment& boot, const whoever& who) {
  auto& db = *impl_->db;
  auto group = transaction::begin(db);
  if (!group) return std::move(group.error());
  auto insert =
      db.prepare(insert_into("run", "generation, started_at, version, boot_id, started_boot_us, host, user"));
  if (!insert) return std::move(insert.error());
  insert->bind(1, generation).bind(2, micros(now)).bind_text(3, version);
  if (boot.boot_id.empty())
    insert->bind_null(4).bind_null(5);
  else
    insert->bind_text(4, boot.boot_id).bind(5, std::int64_t{boot.since_boot.count()});
  const auto bind = [&insert](int at, const std::string& name) {
    if (name.empty())
      insert->bind_null(at);
    else
      insert->bind_text(at, name);
  };
  bind(6, who.host);
  bind(7, who.user);
  if (auto done = insert->run(); !done) return std::move(done.error());
  auto id = db.ask("SELECT max(id) FROM run");  // the row just inserted: the lock keeps other writers out
  if (!id) return id;
  db.milestone(now);
  if (auto done = group->commit(); !done) return std::move(done.error());
  return id;
}

status ledger_file::end_run(std::int64_t run, wall_time now, int exit_code, const std::string& stop_reason,
                            const outcome_counts& counts) {
  auto group = transaction::begin(*impl_->db);
  if (!group) return std::move(group.error());
  auto update = impl_->db->prepare(
      "UPDATE run SET ended_at = ?, exit_code = ?, stop_reason = ?, applied = ?, unchanged = ?, skipped = ?,"
      " superseded = ?, refused = ?, mismatch = ?, failed = ?, unknown = ?, invalid = ? WHERE id = ?");
  if (!update) return std::move(update.error());
  update->bind(1, micros(now)).bind(2, std::int64_t{exit_code}).bind_text(3, stop_reason);
  bind_counts(*update, 4, counts);
  if (auto done = update->bind(4 + static_cast<int>(outcome_count), run).run(); !done) return done;
  impl_->db->milestone(now);
  return group->commit();
}

expected<soundness> ledger_file::check(std::string_view noted) {
  return check_ledger(*impl_->db, noted);
}

status ledger_file::prove(std::int64_t generation) {
  return impl_->version < first_sealed_version ? status{} : prove_generation(*impl_->db, generation);
}

expected<std::string> ledger_file::seal() {
  if (impl_->version < first_sealed_version) return std::string{};
  auto links = last_link(*impl_->db);
  if (!links) return std::move(links.error());
  return links->number == 0 ? std::string{} : input::to_hex(links->digest);
}

status ledger_file::accept_changes(wall_time now) {
  auto& db = *impl_->db;
  auto group = transaction::begin(db);
  if (!group) return group.error();
  if (auto done = seal_everything(db); !done) return done;
  auto event = db.prepare(
      "INSERT INTO event (run, at, kind, reason) SELECT max(id), ?, 'changes_accepted', 'what stands here was"
      " sealed anew: its checksums were not right, or somebody asked for it' FROM run HAVING max(id) IS NOT "
      "NULL");
  if (!event) return event.error();
  if (auto done = event->bind(1, micros(now)).run(); !done) return done;
  db.milestone(now);
  return group->commit();
}

}  // namespace pawl::ledger

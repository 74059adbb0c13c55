#include "engine/ledger/sealer.hpp"

#include "engine/ledger/chain.hpp"

#include <fmt/format.h>

#include <cassert>

namespace pawl::ledger {
namespace {

// The values of one record: of a change, or of a statement's row.
struct change_values {
  sqlite3* db;
  int (*get)(sqlite3*, int, sqlite3_value**);
  sqlite3_value* value = nullptr;

  int type(int column) noexcept {
    return get(db, column, &value) == SQLITE_OK ? sqlite3_value_type(value) : SQLITE_NULL;
  }
  std::int64_t integer(int) noexcept { return sqlite3_value_int64(value); }
  double real(int) noexcept { return sqlite3_value_double(value); }
  std::string_view bytes(int) noexcept {
    const auto* from = static_cast<const char*>(sqlite3_value_blob(value));
    return {from, from == nullptr ? 0 : static_cast<std::size_t>(sqlite3_value_bytes(value))};
  }
};

struct statement_values {
  statement& from;

  int type(int column) noexcept { return from.type(column); }
  std::int64_t integer(int column) noexcept { return from.integer(column); }
  double real(int column) noexcept { return from.real(column); }
  std::string_view bytes(int column) noexcept { return from.text(column); }
};

struct digested {
  seal_key key;
  record_sum sum;
};

template <class Values>
digested digest(record_digest& to, std::size_t table, Values from, int columns) {
  std::int64_t first = 0, second = 0;
  for (int i = 0; i < columns; ++i) {
    switch (from.type(i)) {
      case SQLITE_INTEGER: {
        const auto n = from.integer(i);
        if (i == 0) first = n;
        if (i == 1) second = n;
        to.add(n);
        break;
      }
      case SQLITE_FLOAT:
        to.add(from.real(i));
        break;
      case SQLITE_TEXT:
        to.add_text(from.bytes(i));
        break;
      case SQLITE_BLOB:
        to.add_blob(from.bytes(i));
        break;
      default:
        to.add_null();
        break;
    }
  }
  const auto& about = sealed_tables[table];
  digested made{{table, 0}, to.finish(about.tag)};
  switch (about.by) {
    case sealed_table::grouping::by_key:
      made.key.group = first >> block_bits;
      break;
    case sealed_table::grouping::by_columns:
      made.key.group = group_of(first, static_cast<std::uint64_t>(second) & max_row);
      break;
    case sealed_table::grouping::none:
      break;
  }
  return made;
}

status count_table(database& db, std::size_t table, std::string_view condition,
                   const std::array<std::int64_t, 2>& bounds, seal_sums& to) {
  auto query = db.prepare(fmt::format("SELECT * FROM {}{}", sealed_tables[table].name, condition));
  if (!query) return query.error();
  if (!condition.empty()) query->bind(1, bounds[0]).bind(2, bounds[1]);
  record_digest scratch;
  for (;;) {
    auto row = query->step();
    if (!row) return row.error();
    if (!*row) return {};
    const auto one = digest(scratch, table, statement_values{*query}, query->columns());
    to[one.key] += one.sum;
  }
}

// Reads `part, block, rows, sum`.
status read_sums(statement& query, const std::string& path, seal_sums& to) {
  for (;;) {
    auto row = query.step();
    if (!row) return row.error();
    if (!*row) return {};
    const auto table = sealed_table_named(query.text(0));
    if (!table) return sqlite_failure(SQLITE_CORRUPT, path, "a seal that is none");
    const record_sum sum{query.integer(2), static_cast<std::uint64_t>(query.integer(3))};
    if (sum != record_sum{}) to[{*table, query.integer(1)}] = sum;
  }
}

constexpr std::string_view seal_columns = "part, block, rows, sum";

}  // namespace

expected<seal_sums> read_seals(database& db) {
  auto query = db.prepare(fmt::format("SELECT {} FROM seal", seal_columns));
  if (!query) return std::move(query.error());
  seal_sums all;
  if (auto read = read_sums(*query, db.path(), all); !read) return std::move(read.error());
  return all;
}

expected<seal_sums> read_seals(database& db, std::int64_t generation) {
  auto query =
      db.prepare(fmt::format("SELECT {} FROM seal WHERE part = ? AND block BETWEEN ? AND ?", seal_columns));
  if (!query) return std::move(query.error());
  seal_sums all;
  for (const auto& table : sealed_tables) {
    const bool is_one_group = table.by == sealed_table::grouping::none;
    query->bind_text(1, table.name)
        .bind(2, is_one_group ? 0 : group_of(generation, 0))
        .bind(3, is_one_group ? 0 : group_of(generation, max_row));
    if (auto read = read_sums(*query, db.path(), all); !read) return std::move(read.error());
  }
  return all;
}

expected<seal_sums> count_seals(database& db) {
  auto version = db.ask("PRAGMA user_version");
  if (!version) return std::move(version.error());
  seal_sums all;
  for (std::size_t table = 0; table < sealed_tables.size(); ++table) {
    if (sealed_tables[table].since > *version) continue;
    if (auto counted = count_table(db, table, {}, {}, all); !counted) return std::move(counted.error());
  }
  return all;
}

expected<seal_sums> count_seals(database& db, std::int64_t generation) {
  auto version = db.ask("PRAGMA user_version");
  if (!version) return std::move(version.error());
  seal_sums all;
  for (std::size_t table = 0; table < sealed_tables.size(); ++table) {
    if (sealed_tables[table].since > *version) continue;
    std::string_view condition;
    std::array between{generation, generation};
    switch (sealed_tables[table].by) {
      case sealed_table::grouping::by_key:
        condition = " WHERE key BETWEEN ? AND ?";
        between = {job_key(generation, 0), job_key(generation, max_row)};
        break;
      case sealed_table::grouping::by_columns:
        condition = " WHERE generation BETWEEN ? AND ?";
        break;
      case sealed_table::grouping::none:
        break;
    }
    auto counted = count_table(db, table, condition, between, all);
    if (!counted) return std::move(counted.error());
  }
  return all;
}

status seal_everything(database& db) {
  auto sums = count_seals(db);
  if (!sums) return sums.error();
  if (auto cleared = db.execute("DELETE FROM seal"); !cleared) return cleared;
  auto put = db.prepare(insert_into("seal", seal_columns));
  if (!put) return put.error();
  for (const auto& [key, sum] : *sums) {
    put->bind_text(1, sealed_tables[key.table].name)
        .bind(2, key.group)
        .bind(3, sum.records)
        .bind(4, number(sum.sum));
    if (auto done = put->run(); !done) return done;
  }
  return {};
}

expected<std::unique_ptr<sealer>> sealer::make(database& db) {
  auto find = db.prepare("SELECT rows, sum FROM seal WHERE part = ? AND block = ?");
  if (!find) return std::move(find.error());
  auto put = db.prepare(insert_into("seal", seal_columns) +
                        " ON CONFLICT DO UPDATE SET rows = excluded.rows, sum = excluded.sum");
  if (!put) return std::move(put.error());
  return std::unique_ptr<sealer>{new sealer(db, *std::move(find), *std::move(put))};
}

void sealer::on_change(sqlite3* db, int operation, std::string_view name) {
  const auto table = sealed_table_named(name);
  if (!table) return;
  const int columns = sqlite3_preupdate_count(db);
  if (operation != SQLITE_INSERT) {
    const auto old = digest(digest_, *table, change_values{db, sqlite3_preupdate_old}, columns);
    changes_[old.key] -= old.sum;
  }
  if (operation != SQLITE_DELETE) {
    const auto now = digest(digest_, *table, change_values{db, sqlite3_preupdate_new}, columns);
    changes_[now.key] += now.sum;
  }
}

void sealer::on_told(std::string_view name, std::int64_t key, record_digest& values) {
  const auto table = sealed_table_named(name);
  if (!table) return;
  const auto& about = sealed_tables[*table];
  assert(about.by == sealed_table::grouping::by_key);
  changes_[{*table, key >> block_bits}] += values.finish(about.tag);
}

expected<record_sum> sealer::sealed(const seal_key& key) {
  find_.bind_text(1, sealed_tables[key.table].name).bind(2, key.group);
  auto row = find_.step();
  if (!row) return std::move(row.error());
  record_sum sum;
  if (*row) sum = {find_.integer(0), static_cast<std::uint64_t>(find_.integer(1))};
  find_.reset();
  return sum;
}

status sealer::before_commit() {
  for (const auto& [key, change] : changes_) {
    auto sum = sealed(key);
    if (!sum) return sum.error();
    *sum += change;
    put_.bind_text(1, sealed_tables[key.table].name)
        .bind(2, key.group)
        .bind(3, sum->records)
        .bind(4, number(sum->sum));
    if (auto done = put_.run(); !done) return done;
  }
  changes_.clear();
  if (!link_at_) return {};
  return append_link(db_, *std::exchange(link_at_, std::nullopt));
}

void sealer::on_rollback() noexcept {
  changes_.clear();
  link_at_.reset();
}

}  // namespace pawl::ledger

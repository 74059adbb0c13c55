#include "engine/ledger/scratch/last_written.hpp"

#include "engine/ledger/database.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace pawl::ledger {

namespace {

// Separates the set, the verb and the row in the key of a part. No name of a profile's field has it (U+001F).
constexpr char between = '\x1f';

}  // namespace

struct last_written::impl {
  std::int64_t generation;
  order in;
  wall_time until = wall_time::max();  // with by_end: later ones are hidden
  std::unique_ptr<database> db;
  bool has_parts = false;  // the table holds a part
  std::string key;
  std::optional<statement> put, put_sent, forget, forget_parts, sent, known, fields_of, drop, count,
      first_ids, first_ended, note_end, end_of, drop_end, overwritten;

  status drop_parts(std::string_view id, std::string_view field) {
    return has_parts ? forget_parts->bind_text(1, id).bind_text(2, field).run() : status{};
  }

  status prepare(id_compare ids) {
    // Temporary tables are in a file of their own that disappears with the connection; nothing needs it
    // longer.
    if (auto made = db->execute(
            fmt::format("PRAGMA temp_store = FILE;"
                        "CREATE TEMP TABLE last_written (id TEXT NOT NULL{0}, field TEXT NOT NULL,"
                        " json TEXT NOT NULL, row INTEGER NOT NULL, run INTEGER NOT NULL,"
                        " PRIMARY KEY (id, field)) STRICT, WITHOUT ROWID;"
                        "CREATE TEMP TABLE ended (id TEXT PRIMARY KEY{0}, at INTEGER NOT NULL)"
                        " STRICT, WITHOUT ROWID; CREATE INDEX temp.ended_by_time ON ended (at, id)",
                        collation(ids))
                .c_str());
        !made)
      return made;
    const std::pair<std::optional<statement>*, std::string_view> all[]{
        {&put,
         "INSERT OR REPLACE INTO temp.last_written (id, field, json, row, run) VALUES (?1, ?2, ?3, ?4, 0)"},
        {&put_sent,
         "INSERT INTO temp.last_written AS w (id, field, json, row, run) VALUES (?1, ?2, ?3, ?4, ?5)"
         " ON CONFLICT DO UPDATE SET json = ?3, row = ?4, run = ?5 WHERE w.run <= ?5"},
        {&forget, "DELETE FROM temp.last_written WHERE id = ?1 AND field = ?2 AND run <= ?3"},
        {&forget_parts,
         "DELETE FROM temp.last_written WHERE id = ?1 AND field > ?2 || char(31) AND field < ?2 || char(32)"},
        {&sent,
         "SELECT new_values, run FROM intent WHERE generation = ?1 AND row = ?2"
         " ORDER BY sent_at DESC LIMIT 1"},
        {&known, "SELECT json FROM temp.last_written WHERE id = ?1 AND field = ?2"},
        {&fields_of, "SELECT field, json, row FROM temp.last_written WHERE id = ?1"},
        {&drop, "DELETE FROM temp.last_written WHERE id = ?1"},
        {&count, "SELECT count(DISTINCT id) FROM temp.last_written"},
        {&first_ids, "SELECT DISTINCT id FROM temp.last_written ORDER BY id LIMIT ?1"},
        {&first_ended, "SELECT id FROM temp.ended WHERE at <= ?2 ORDER BY at, id LIMIT ?1"},
        {&end_of, "SELECT at FROM temp.ended WHERE id = ?1"},
        {&drop_end, "DELETE FROM temp.ended WHERE id = ?1"},
        {&note_end,
         "INSERT INTO temp.ended (id, at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET at = max(at, ?2)"},
        {&overwritten,
         "SELECT old_values FROM intent WHERE generation = ?1 AND row = ?2 AND old_values IS NOT NULL"
         " ORDER BY sent_at DESC LIMIT 1"},
    };
    for (const auto& [to, sql] : all) {
      auto made = db->prepare(sql);
      if (!made) return made.error();
      to->emplace(*std::move(made));
    }
    return {};
  }
};

last_written::last_written(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
last_written::last_written(last_written&&) noexcept = default;
last_written& last_written::operator=(last_written&&) noexcept = default;
last_written::~last_written() = default;

expected<last_written> last_written::open(const std::string& path, std::int64_t generation, id_compare ids,
                                          order in) {
  auto made = std::make_unique<impl>();
  made->generation = generation;
  made->in = in;
  // Where nothing can be written SQLite cannot keep its shared index of the log; then only the file is read.
  for (const bool immutable : {false, true}) {
    auto db = database::open(path, SQLITE_OPEN_READONLY, immutable);
    if (!db) {
      if (immutable) return db.error();
      continue;
    }
    made->db = *std::move(db);
    auto prepared = made->prepare(ids);
    if (prepared) return last_written(std::move(made));
    if (immutable) return prepared.error();
    auto again = std::make_unique<impl>();
    again->generation = generation;
    again->in = in;
    made = std::move(again);
  }
  return failure{failure_kind::mend, path, "cannot be read", ""};
}

status last_written::note_end(std::string_view id, wall_time ended) {
  if (impl_->in == order::by_id) return {};
  return impl_->note_end->bind_text(1, id).bind(2, micros(ended)).run();
}

expected<last_written::by_age> last_written::hide_after(wall_time until) {
  impl_->until = until;
  // Resources of which nothing is known (any more) do not count.
  auto& db = *impl_->db;
  if (auto done = db.execute("DELETE FROM temp.ended WHERE id NOT IN (SELECT id FROM temp.last_written)");
      !done)
    return done.error();
  auto query =
      db.prepare("SELECT count(*) FILTER (WHERE at <= ?1), count(*), coalesce(max(at), 0) FROM temp.ended");
  if (!query) return std::move(query.error());
  auto row = query->bind(1, micros(until)).step();
  if (!row) return std::move(row.error());
  const auto natural = [&query](int column) { return static_cast<std::uint64_t>(query->integer(column)); };
  return by_age{natural(0), natural(1) - natural(0), wall(query->integer(2))};
}

expected<std::optional<std::string>> last_written::overwritten_by(std::uint64_t row, std::string_view field) {
  auto& s = impl_->overwritten->bind(1, impl_->generation).bind(2, static_cast<std::int64_t>(row));
  auto found = s.step();
  if (!found) return std::move(found.error());
  std::optional<std::string> json;
  const auto look = [&](std::string_view key, std::string_view value) {
    if (string_token_says(key, field)) json = value;
    return !json;
  };
  if (*found) for_each_member(s.text(0), look);
  s.reset();
  return json;
}

status last_written::put(std::string_view id, std::string_view field, std::string_view json,
                         std::uint64_t row) {
  if (auto done = impl_->drop_parts(id, field); !done) return done;
  return impl_->put->bind_text(1, id)
      .bind_text(2, field)
      .bind_text(3, json)
      .bind(4, static_cast<std::int64_t>(row))
      .run();
}

status last_written::put_sent(std::string_view id, std::string_view field, std::string_view json,
                              std::uint64_t row, std::int64_t run) {
  if (auto done = impl_->drop_parts(id, field); !done) return done;
  return impl_->put_sent->bind_text(1, id)
      .bind_text(2, field)
      .bind_text(3, json)
      .bind(4, static_cast<std::int64_t>(row))
      .bind(5, run)
      .run();
}

status last_written::put_part(std::string_view id, std::string_view field, std::string_view verb,
                              std::string_view json, std::uint64_t row) {
  impl_->has_parts = true;
  impl_->key = fmt::format("{}{}{}{}{}", field, between, verb, between, row);
  return impl_->put->bind_text(1, id)
      .bind_text(2, impl_->key)
      .bind_text(3, json)
      .bind(4, static_cast<std::int64_t>(row))
      .run();
}

status last_written::forget(std::string_view id, std::string_view field) {
  return forget_sent(id, field, std::numeric_limits<std::int64_t>::max());
}

status last_written::forget_sent(std::string_view id, std::string_view field, std::int64_t run) {
  if (auto done = impl_->drop_parts(id, field); !done) return done;
  return impl_->forget->bind_text(1, id).bind_text(2, field).bind(3, run).run();
}

expected<last_written::sent> last_written::sent_by(std::uint64_t row) {
  auto& s = *impl_->sent;
  auto found = s.bind(1, impl_->generation).bind(2, static_cast<std::int64_t>(row)).step();
  if (!found) return found.error();
  if (!*found) return sent{};
  sent newest{std::string{s.text(0)}, s.integer(1)};
  s.reset();
  if (newest.values == "{}") newest.values.clear();
  return newest;
}

expected<std::uint64_t> last_written::resources() {
  auto& s = *impl_->count;
  auto found = s.step();
  if (!found) return found.error();
  const auto count = static_cast<std::uint64_t>(s.integer(0));
  s.reset();
  return count;
}

expected<std::optional<std::string>> last_written::known(std::string_view id, std::string_view field) {
  auto& s = impl_->known->bind_text(1, id).bind_text(2, field);
  auto found = s.step();
  if (!found) return found.error();
  std::optional<std::string> json;
  if (*found) json = s.text(0);
  s.reset();
  return json;
}

status last_written::drop(std::string_view id) {
  if (impl_->in == order::by_end)
    if (auto done = impl_->drop_end->bind_text(1, id).run(); !done) return done;
  return impl_->drop->bind_text(1, id).run();
}

expected<written_resource> last_written::find(std::string_view id) {
  written_resource resource;
  resource.id = id;
  if (impl_->in == order::by_end) {
    auto& end = impl_->end_of->bind_text(1, resource.id);
    auto found = end.step();
    if (!found) return std::move(found.error());
    const bool is_hidden = *found && wall(end.integer(0)) > impl_->until;
    end.reset();
    if (is_hidden) return resource;
  }
  auto& s = impl_->fields_of->bind_text(1, resource.id);
  for (;;) {
    auto more = s.step();
    if (!more) return more.error();
    if (!*more) break;
    auto field = s.text(0);
    if (const auto at = field.find(between); at != std::string_view::npos) {
      field.remove_prefix(at + 1);
      field = field.substr(0, field.find(between));
    }
    resource.fields.push_back(
        {std::string{field}, std::string{s.text(1)}, static_cast<std::uint64_t>(s.integer(2))});
  }
  return resource;
}

// Selection sampling (Knuth, The Art of Computer Programming, 3.4.2, algorithm S).
expected<std::uint64_t> last_written::keep_sample(double share, std::uint32_t seed) {
  auto& db = *impl_->db;
  auto left = resources();
  if (!left) return left;
  const auto wanted =
      std::min(*left, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(*left))));
  if (auto made = db.execute("CREATE TEMP TABLE left_out (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"); !made)
    return made.error();
  auto ids = db.prepare("SELECT DISTINCT id FROM temp.last_written ORDER BY id");
  if (!ids) return ids.error();
  auto leave_out = db.prepare("INSERT INTO temp.left_out (id) VALUES (?)");
  if (!leave_out) return leave_out.error();
  std::mt19937_64 dice{seed};
  auto still_wanted = wanted;
  for (auto remaining = *left; remaining > 0; --remaining) {
    auto more = ids->step();
    if (!more) return more.error();
    if (!*more) break;
    if (std::uniform_int_distribution<std::uint64_t>{1, remaining}(dice) <= still_wanted) {
      --still_wanted;
      continue;
    }
    if (auto done = leave_out->bind_text(1, ids->text(0)).run(); !done) return done.error();
  }
  ids->reset();
  if (auto done = db.execute("DELETE FROM temp.last_written WHERE id IN (SELECT id FROM temp.left_out);"
                             "DROP TABLE temp.left_out");
      !done)
    return done.error();
  return wanted;
}

expected<std::vector<written_resource>> last_written::take_next(std::size_t most) {
  std::vector<std::string> ids;
  const bool by_end = impl_->in == order::by_end;
  auto& s = by_end ? *impl_->first_ended : *impl_->first_ids;
  s.bind(1, static_cast<std::int64_t>(most));
  if (by_end) s.bind(2, micros(impl_->until));
  for (;;) {
    auto more = s.step();
    if (!more) return more.error();
    if (!*more) break;
    ids.emplace_back(s.text(0));
  }
  std::vector<written_resource> all;
  for (const auto& id : ids) {
    auto one = find(id);
    if (!one) return one.error();
    if (auto dropped = drop(id); !dropped) return dropped.error();
    all.push_back(*std::move(one));
  }
  return all;
}

}  // namespace pawl::ledger

#include "engine/ledger/chain.hpp"

#include "engine/input/input_digest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::ledger {
namespace {

std::string_view bytes_of(const input::sha256& digest) noexcept {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool read_digest(std::string_view from, input::sha256& to) noexcept {
  if (from.size() != to.size()) return false;
  std::ranges::transform(from, to.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return true;
}

constexpr std::string_view link_columns = "link, at, seals, digest";

// Reads the columns of a link. False: a digest is none.
bool read_link(statement& from, chain_link& to) {
  to.number = from.integer(0);
  to.at = wall(from.integer(1));
  return read_digest(from.text(2), to.seals) && read_digest(from.text(3), to.digest);
}

failure broken(const database& db) {
  return sqlite_failure(SQLITE_CORRUPT, db.path(), "a link of the chain that is none");
}

}  // namespace

input::sha256 digest_of(const chain_link& link, const input::sha256& before) {
  input::sha256_stream stream;
  stream.add(bytes_of(before));
  stream.add(fmt::format("{} {} ", link.number, micros(link.at)));
  stream.add(bytes_of(link.seals));
  return stream.finish();
}

expected<input::sha256> digest_of_seals(database& db) {
  auto query = db.prepare("SELECT part, block, rows, sum FROM seal ORDER BY part, block");
  if (!query) return std::move(query.error());
  input::sha256_stream stream;
  for (;;) {
    auto row = query->step();
    if (!row) return std::move(row.error());
    if (!*row) return stream.finish();
    stream.add(
        fmt::format("{} {} {} {} ", query->text(0), query->integer(1), query->integer(2), query->integer(3)));
  }
}

expected<chain_link> last_link(database& db) {
  auto query = db.prepare(fmt::format("SELECT {} FROM chain ORDER BY link DESC LIMIT 1", link_columns));
  if (!query) return std::move(query.error());
  auto row = query->step();
  if (!row) return std::move(row.error());
  chain_link last;
  if (*row && !read_link(*query, last)) return broken(db);
  query->reset();
  return last;
}

status append_link(database& db, wall_time now) {
  auto last = last_link(db);
  if (!last) return last.error();
  auto seals = digest_of_seals(db);
  if (!seals) return seals.error();
  chain_link made{last->number + 1, now, *seals, {}};
  made.digest = digest_of(made, last->digest);
  auto insert = db.prepare(insert_into("chain", link_columns));
  if (!insert) return insert.error();
  return insert->bind(1, made.number)
      .bind(2, micros(made.at))
      .bind_blob(3, bytes_of(made.seals))
      .bind_blob(4, bytes_of(made.digest))
      .run();
}

expected<std::vector<chain_link>> read_chain(database& db) {
  auto query = db.prepare(fmt::format("SELECT {} FROM chain ORDER BY link", link_columns));
  if (!query) return std::move(query.error());
  std::vector<chain_link> all;
  for (;;) {
    auto row = query->step();
    if (!row) return std::move(row.error());
    if (!*row) return all;
    if (!read_link(*query, all.emplace_back())) return broken(db);
  }
}

}  // namespace pawl::ledger

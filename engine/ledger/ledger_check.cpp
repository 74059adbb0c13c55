#include "engine/ledger/ledger_check.hpp"

#include "engine/ledger/chain.hpp"
#include "engine/ledger/done_blocks.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/sealer.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/shell_word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace pawl::ledger {
namespace {

using part = soundness::part;

constexpr std::size_t most_of_a_kind = 20;  // findings; chosen

std::string place_of(const seal_key& key) {
  const auto& table = sealed_tables[key.table];
  if (table.by == sealed_table::grouping::none) return fmt::format("the table {}", table.name);
  const auto block = block_of_group(key.group);
  return fmt::format("generation {}, rows {} to {} ({})", generation_of_group(key.group), first_row(block),
                     last_row(block, max_row), table.name);
}

std::string difference(const record_sum& noted, const record_sum& there) {
  const auto by = there.records - noted.records;
  const auto some = [](std::int64_t n) {
    return counted(static_cast<std::uint64_t>(n), "record", "records");
  };
  if (by < 0) return some(-by) + (by == -1 ? " is missing" : " are missing");
  if (by > 0) return some(by) + (by == 1 ? " too many" : " too many");
  return "a record is not as it was written";
}

// What the two do not have in common, in the order of the groups.
std::vector<std::string> differences(const seal_sums& noted, const seal_sums& there) {
  std::set<seal_key> all;
  for (const auto& sums : {&noted, &there})
    for (const auto& [key, sum] : *sums) all.insert(key);
  const auto of = [](const seal_sums& sums, const seal_key& key) {
    const auto found = sums.find(key);
    return found == sums.end() ? record_sum{} : found->second;
  };
  std::vector<std::string> found;
  for (const auto& key : all) {
    const auto is = of(there, key), was = of(noted, key);
    if (is != was) found.push_back(place_of(key) + ": " + difference(was, is));
  }
  return found;
}

class examination {
 public:
  examination(database& db, std::string_view noted) : db_(db), noted_(noted) {}

  expected<soundness> all() {
    auto version = db_.ask("PRAGMA user_version");
    if (!version) return std::move(version.error());
    version_ = *version;
    result_.is_sealed = version_ >= first_sealed_version;
    look(part::file, &examination::pages);
    look(part::schema, &examination::schema);
    look(part::numbers, &examination::generations);
    look(part::numbers, &examination::strays);
    if (result_.is_sealed) {
      look(part::checksums, &examination::checksums);
      look(part::chain, &examination::chain);
    }
    return std::move(result_);
  }

 private:
  // A part that cannot be read is a finding of it, and the others are looked at all the same.
  void look(part of, status (examination::*how)()) {
    now_ = of;
    if (auto done = (this->*how)(); !done) say(done.error().what);
  }
  void say(std::string what) {
    const auto same = std::ranges::count(result_.findings, now_, &soundness::finding::of);
    if (static_cast<std::size_t>(same) < most_of_a_kind) result_.findings.push_back({now_, std::move(what)});
  }

  status pages() {
    for (const auto* sql : {"PRAGMA integrity_check(20)", "PRAGMA foreign_key_check"}) {
      auto query = db_.prepare(sql);
      if (!query) return query.error();
      for (;;) {
        auto row = query->step();
        if (!row) return row.error();
        if (!*row) break;
        const auto said = std::string{query->text(0)};
        if (query->columns() == 1 && said != "ok") say(said);
        if (query->columns() > 1)
          say(fmt::format("the table {} refers to what is not in {}", said, query->text(2)));
      }
    }
    return {};
  }

  // Names, kinds and columns, as this version creates them and changes those of earlier ones.
  status schema() {
    auto fresh = database::open_temporary();
    if (!fresh) return fresh.error();
    if (auto made = (*fresh)->execute(schema_sql); !made) return made;
    // Not those that came later than this ledger.
    for (const auto& table : sealed_tables)
      if (table.since > version_)
        if (auto gone = (*fresh)->execute(fmt::format("DROP TABLE {}", table.name).c_str()); !gone)
          return gone;
    auto wanted = describe(**fresh);
    if (!wanted) return wanted.error();
    auto there = describe(db_);
    if (!there) return there.error();
    if (!result_.is_sealed) return {};  // its columns are those of another version
    for (const auto& one : *wanted)
      if (!there->contains(one)) say(one + " is missing, or another one");
    return {};
  }
  static expected<std::set<std::string>> describe(database& db) {
    auto query = db.prepare(
        "SELECT type || ' ' || name || coalesce(' (' || (SELECT group_concat(name || ' ' || type, ', ')"
        "   FROM pragma_table_xinfo(s.name)) || ')', '')"
        " FROM sqlite_schema AS s WHERE name NOT LIKE 'sqlite_%'");
    if (!query) return std::move(query.error());
    std::set<std::string> all;
    for (;;) {
      auto row = query->step();
      if (!row) return std::move(row.error());
      if (!*row) return all;
      all.emplace(query->text(0));
    }
  }

  // Rows = outcomes + pending, in each generation and each block.
  status generations() {
    auto query = db_.prepare("SELECT id, rows, finished_at IS NOT NULL FROM generation ORDER BY id");
    if (!query) return query.error();
    for (;;) {
      auto row = query->step();
      if (!row) return row.error();
      if (!*row) return {};
      const auto id = query->integer(0);
      const auto rows = static_cast<std::uint64_t>(query->integer(1));
      if (auto done = outcomes(id, rows, query->integer(2) != 0); !done) return done;
    }
  }
  status outcomes(std::int64_t id, std::uint64_t rows, bool is_finished) {
    std::uint64_t total = 0;
    std::vector<done_block> there;
    const auto count = [&](std::uint64_t row, outcome o) {
      ++total;
      if (row == 0 || row > rows) say(fmt::format("generation {}, row {}: its input has {}", id, row, rows));
      if (there.empty() || there.back().block != block_of(row)) there.push_back({block_of(row), {}});
      ++there.back().counts[o];
    };
    if (auto read = for_each_in(db_, id, {{0, max_row}}, count); !read) return read;
    if (is_finished && total < rows)
      say(fmt::format("generation {} is finished, and {} of its {} rows have an outcome", id, total, rows));
    auto noted = read_done_blocks(db_, id);
    if (!noted) return noted.error();
    for (const auto& block : *noted) {
      const auto is = std::ranges::find(there, block.block, &done_block::block);
      if (is == there.end() || is->counts != block.counts ||
          block.counts.total() != rows_in(block.block, rows))
        say(fmt::format("generation {}, rows {} to {}: done_block counts them otherwise than they are", id,
                        first_row(block.block), last_row(block.block, rows)));
    }
    return {};
  }

  // Records of rows and runs that no generation has.
  status strays() {
    struct question {
      const char *sql, *what;
    };
    static constexpr std::array questions{
        question{"SELECT count(*) FROM job_data WHERE (key >> 40) + 1 NOT IN (SELECT id FROM generation)",
                 "outcomes belong to no generation"},
        question{
            "SELECT count(*) FROM intent AS i WHERE NOT EXISTS (SELECT 1 FROM generation AS g WHERE g.id ="
            " i.generation AND i.row BETWEEN 1 AND g.rows)",
            "intents are of no row of an input"},
        question{
            "SELECT count(*) FROM retried AS r WHERE NOT EXISTS (SELECT 1 FROM generation AS g WHERE g.id ="
            " r.generation AND r.row BETWEEN 1 AND g.rows)",
            "retried rows are of no input"},
        question{
            "SELECT count(*) FROM intent AS i, run AS u WHERE u.id = i.run AND u.generation <> i.generation",
            "intents are of a run of another generation"},
    };
    for (const auto& q : questions) {
      auto found = db_.ask(q.sql);
      if (!found) return found.error();
      if (*found > 0) say(fmt::format("{} {}", *found, q.what));
    }
    return {};
  }

  status checksums() {
    auto there = count_seals(db_);
    if (!there) return there.error();
    for (const auto& [key, sum] : *there) result_.records += static_cast<std::uint64_t>(sum.records);
    auto noted = read_seals(db_);
    if (!noted) return noted.error();
    for (auto& one : differences(*noted, *there)) say(std::move(one));
    return {};
  }

  status chain() {
    auto links = read_chain(db_);
    if (!links) return links.error();
    result_.links = links->size();
    if (!noted_.empty()) result_.has_noted = false;
    input::sha256 before{};
    std::int64_t number = 0;
    for (const auto& link : *links) {
      if (link.number != ++number || link.digest != digest_of(link, before)) {
        say(fmt::format("link {} does not follow from the one before it: links were cut out or changed",
                        link.number));
        return {};
      }
      before = link.digest;
      result_.seal = input::to_hex(link.digest);
      if (!noted_.empty() && result_.seal.starts_with(noted_)) result_.has_noted = true;
    }
    if (result_.has_noted == false)
      say("the noted seal is not in the chain: this is an older state of the ledger, or another ledger");
    return links->empty() ? status_without_links() : state_behind(links->back());
  }
  status status_without_links() {
    auto generations = db_.ask("SELECT count(*) FROM generation");
    if (!generations) return generations.error();
    if (*generations > 0) say("it has no link");
    return {};
  }
  // Behind the end of a run nothing is written without a link. A run that goes on, or was killed, has written
  // more.
  status state_behind(const chain_link& last) {
    auto open = db_.ask("SELECT count(*) FROM run WHERE id = (SELECT max(id) FROM run) AND ended_at IS NULL");
    if (!open) return open.error();
    auto now = digest_of_seals(db_);
    if (!now) return now.error();
    if (*open == 0 && *now != last.seals) say("the last link is of another state: links were cut off");
    return {};
  }

  database& db_;
  std::string_view noted_;
  soundness result_;
  std::int64_t version_ = 0;
  part now_ = part::file;
};

}  // namespace

expected<soundness> check_ledger(database& db, std::string_view noted) {
  auto moment = transaction::begin_reading(db);
  if (!moment) return std::move(moment.error());
  return examination(db, noted).all();
}

status prove_generation(database& db, std::int64_t generation) {
  auto moment = transaction::begin_reading(db);
  if (!moment) return moment.error();
  auto noted = read_seals(db, generation);
  if (!noted) return noted.error();
  auto there = count_seals(db, generation);
  if (!there) return there.error();
  const auto found = differences(*noted, *there);
  if (found.empty()) return {};
  return failure{failure_kind::mend, db.path(),
                 "the ledger is not as pawl wrote it: " + found.front() +
                     (found.size() > 1 ? fmt::format(", and {} more", found.size() - 1) : ""),
                 "list what is wrong with `pawl check-ledger " + shell_path(db.path()) +
                     "`, and go on with a copy from before"};
}

}  // namespace pawl::ledger

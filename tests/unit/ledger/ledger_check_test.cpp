// What check-ledger finds: nothing where only pawl has written, and whatever somebody else has changed.
#include "engine/ledger/ledger_check.hpp"

#include "engine/ledger/group_commit.hpp"
#include "engine/ledger/sealer.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <random>

namespace pawl::ledger {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using part = soundness::part;

std::vector<std::string> found(const soundness& s) {
  std::vector<std::string> all;
  for (const auto& one : s.findings) all.push_back(fmt::format("{}: {}", to_string(one.of), one.what));
  return all;
}

class LedgerCheck : public ::testing::Test {
 protected:
  // Rows first..last, refused ones among them, each with an intent; and a sample.
  void write(std::int64_t generation, std::int64_t run, std::uint64_t first, std::uint64_t last) {
    auto db = writable(path);
    auto group = must(group_commit::prepare(*db, generation, run));
    std::vector<record_batch> batches(1);
    for (auto row = first; row <= last; ++row) {
      auto job = applied(row);
      intent_record intent;
      intent.row = row;
      intent.id = job.id;
      intent.sent_at = start;
      intent.old_values = R"({"status":"open"})";
      intent.new_values = R"({"status":"done"})";
      batches[0].add(intent);
      if (row % 7 == 0) {
        job.outcome = outcome::refused;
        job.error_code = "not_found";
        job.raw = "\xff a row";
      }
      batches[0].add(job);
      if (batches[0].records() < 5000) continue;
      must(group->commit(batches));
      batches[0].clear();
    }
    sample_row sample;
    sample.at = start + std::chrono::seconds{10};
    batches[0].add(sample);
    must(group->commit(batches));
  }
  // A ledger of one run, which has ended.
  void make(std::uint64_t rows = 100) {
    auto made = begin(path, rows);
    write(made.generation, made.run, 1, rows);
    end(made.file, made.run, made.generation);
  }
  static void end(ledger_file& file, std::int64_t run, std::int64_t generation) {
    must(file.finish_generation(generation, start + std::chrono::seconds{60}));
    must(file.end_run(run, start + std::chrono::seconds{60}, 0, "finished", {}));
  }
  soundness checked(std::string_view noted = {}) {
    return must(must(ledger_file::open(path, access::read_only)).check(noted));
  }
  void change(const std::string& sql) {
    must(must(database::open(path, SQLITE_OPEN_READWRITE))->execute(sql.c_str()));
  }

  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
};

TEST_F(LedgerCheck, FindsNothingWhereOnlyPawlHasWritten) {
  make(20'000);
  const auto s = checked();
  EXPECT_THAT(found(s), IsEmpty());
  EXPECT_TRUE(s.is_sealed);
  // Outcomes and intents, two complete blocks, a generation and a run.
  EXPECT_EQ(s.records, 20'000u + 20'000u + 2u + 1u + 1u);
  EXPECT_EQ(s.links, 5u);  // the generation, the run, its sample, both ends
  EXPECT_THAT(s.seal, SizeIs(64));
}

// Usual rows tell their values themselves: as SQLite stores them, in every form that an id may have.
TEST_F(LedgerCheck, FindsNothingWhateverFormIdsHave) {
  const std::array<std::string_view, 8> ids{"7",
                                            "00000000-0000-4000-8000-0000000000aa",
                                            "req_3727ca7b4f0fff3c",
                                            "007",
                                            "a text",
                                            "",
                                            "\xff\xfe",
                                            "req_37"};
  auto made = begin(path, 200);
  {
    auto db = writable(path);
    auto group = must(group_commit::prepare(*db, made.generation, made.run));
    std::vector<record_batch> batches(1);
    for (std::uint64_t row = 1; row <= 200; ++row) {
      auto job = applied(row, ids[row % ids.size()]);
      job.request_id = ids[row / ids.size() % ids.size()];
      batches[0].add(job);
      if (row % 37 != 0) continue;  // groups of 16 and what is left of them
      must(group->commit(batches));
      batches[0].clear();
    }
    must(group->commit(batches));
  }
  end(made.file, made.run, made.generation);
  EXPECT_THAT(found(checked()), IsEmpty());
}

TEST_F(LedgerCheck, FindsNothingAfterEverythingThatPawlDoes) {
  std::string first;
  {
    auto made = begin(path, 30);
    must(made.file.bind_account(made.generation, "ws_9"));
    write(made.generation, made.run, 1, 30);
    end(made.file, made.run, made.generation);
    first = checked().seal;
    const auto again = must(made.file.begin_run(made.generation, "0.2.0", start, {}, {"a-host", "me"}));
    must(made.file.take_again(made.generation, again, {outcome::refused}, {{14, {"title"}, true}},
                              start + std::chrono::seconds{70}));
    EXPECT_THAT(found(checked()), IsEmpty()) << "while the run goes on";
    write(made.generation, again, 7, 7);
    {
      auto db = writable(path);
      auto group = must(group_commit::prepare(*db, made.generation, again));
      std::vector<record_batch> batches(1);
      intent_record intent;
      intent.row = 21;
      intent.id = "t";
      intent.sent_at = start;
      batches[0].add(intent);
      must(group->commit(batches));
      batches[0].clear();
      batches[0].add(intent_withdrawal{21});
      batches[0].add(event_record{start, "gate", "a reason"});
      must(group->commit(batches));
    }
    must(made.file.end_run(again, start + std::chrono::seconds{80}, 3, "signal", {}));
    const auto second = must(made.file.begin_generation(a_generation(5), {{0, 0, 1}}));
    must(made.file.withdraw(second, start + std::chrono::seconds{90}));
  }
  EXPECT_THAT(found(checked()), IsEmpty());
  const auto with_noted = checked(std::string_view{first}.substr(0, 8));
  EXPECT_EQ(with_noted.has_noted, true);
  EXPECT_THAT(found(with_noted), IsEmpty());
}

TEST_F(LedgerCheck, FindsWhatSomebodyElseHasChanged) {
  struct {
    const char *sql, *finds;
  } const table[] = {
      {"UPDATE job_data SET id = 'other' WHERE key = 3",
       "checksums: generation 1, rows 1 to 16383 (job_data): a record is not as it was written"},
      {"UPDATE job_data SET latency_us = latency_us + 1 WHERE key = 19999",
       "checksums: generation 1, rows 16384 to 32767 (job_data): a record is not as it was written"},
      {"UPDATE job_data SET error_message = '' WHERE key = 7",
       "(job_data): a record is not as it was written"},
      {"UPDATE job_data SET raw = CAST(raw AS TEXT) WHERE key = 7",
       "(job_data): a record is not as it was written"},
      {"UPDATE job_data SET outcome = 12 WHERE key = 5", "an outcome that does not exist"},
      {"DELETE FROM job_data WHERE key BETWEEN 5 AND 6", "(job_data): 2 records are missing"},
      {"DELETE FROM job_data WHERE key = 5",
       "numbers: generation 1 is finished, and 19999 of its 20000 rows"},
      {"INSERT INTO job_data SELECT 30000, id, outcome, verified, http_status, request_id, attempts, "
       "sent_after,"
       " latency_us, finished_after, error_code, error_message, raw FROM job_data WHERE key = 1",
       "numbers: generation 1, row 30000: its input has 20000"},
      {"UPDATE intent SET old_values = '{\"status\":\"closed\"}' WHERE row = 2",
       "checksums: generation 1, rows 1 to 16383 (intent): a record is not as it was written"},
      {"DELETE FROM intent WHERE row = 17000", "rows 16384 to 32767 (intent): 1 record is missing"},
      {"INSERT INTO intent SELECT 1, 20001, sent_at, run, id, old_values, new_values, updated_at, "
       "sent_boot_us,"
       " idempotency_key FROM intent WHERE row = 1",
       "numbers: 1 intents are of no row of an input"},
      {"UPDATE generation SET id_prefix = 'x', account = 'other'",
       "checksums: the table generation: a record is not as it was written"},
      {"UPDATE done_block SET applied = applied + 1, refused = refused - 1 WHERE block = 0",
       "numbers: generation 1, rows 1 to 16383: done_block counts them otherwise than they are"},
      {"UPDATE run SET exit_code = 1", "checksums: the table run: a record is not as it was written"},
      {"DELETE FROM seal WHERE part = 'intent'", "(intent): 16,383 records too many"},
      {"DELETE FROM chain WHERE link = (SELECT max(link) FROM chain)",
       "chain: the last link is of another state"},
      {"DELETE FROM chain WHERE link = 2", "chain: link 3 does not follow from the one before it"},
      {"UPDATE chain SET at = at + 1 WHERE link = 2", "chain: link 2 does not follow from the one before it"},
      {"DELETE FROM chain", "chain: it has no link"},
      {"DROP VIEW job", "schema: view job"},
      {"DROP TRIGGER job_data_deleted", "schema: trigger job_data_deleted is missing"},
      {"ALTER TABLE intent RENAME COLUMN id TO resource", "schema: table intent"},
  };
  make(20'000);
  const auto whole = directory / "whole";
  std::filesystem::copy_file(path, whole);
  for (const auto& t : table) {
    std::filesystem::copy_file(whole, path, std::filesystem::copy_options::overwrite_existing);
    EXPECT_THAT(found(checked()), IsEmpty());
    change(t.sql);
    EXPECT_THAT(found(checked()), Contains(HasSubstr(t.finds))) << t.sql;
  }
}

TEST_F(LedgerCheck, AnOlderOrAnotherLedgerDoesNotHaveTheNotedSeal) {
  auto made = begin(path, 20);
  write(made.generation, made.run, 1, 10);
  must(made.file.end_run(made.run, start + std::chrono::seconds{20}, 3, "limit", {}));
  const auto older = directory / "older";
  must(must(database::open(path, SQLITE_OPEN_READWRITE))->execute(("VACUUM INTO '" + older + "'").c_str()));
  const auto second = must(made.file.begin_run(made.generation, "0.1.0", start + std::chrono::seconds{30}));
  write(made.generation, second, 11, 20);
  end(made.file, second, made.generation);
  const auto noted = checked().seal;

  EXPECT_EQ(checked(noted).has_noted, true);
  path = older;
  EXPECT_THAT(found(checked()), IsEmpty()) << "it was a good one once";
  EXPECT_EQ(checked(noted).has_noted, false);
  EXPECT_THAT(found(checked(noted)), Contains(HasSubstr("the noted seal is not in the chain")));
}

// Each record of the tables, as SQLite shows it; unset: it cannot.
std::optional<std::string> everything(const std::string& path) {
  auto db = database::open(path, SQLITE_OPEN_READONLY);
  if (!db) return std::nullopt;
  std::string all;
  for (const auto& table : sealed_tables) {
    auto query = (*db)->prepare(fmt::format("SELECT * FROM {}", table.name));
    if (!query) return std::nullopt;
    for (;;) {
      auto row = query->step();
      if (!row) return std::nullopt;
      if (!*row) break;
      for (int i = 0; i < query->columns(); ++i) all += fmt::format("{}:{}|", query->type(i), query->text(i));
      all += '\n';
    }
  }
  return all;
}

TEST_F(LedgerCheck, NoFlippedByteIsPrintedAsAValue) {
  make(300);
  must(must(database::open(path, SQLITE_OPEN_READWRITE))->execute("PRAGMA journal_mode = DELETE"));
  std::string whole;
  {
    std::ifstream in{path, std::ios::binary};
    whole.assign(std::istreambuf_iterator<char>{in}, {});
  }
  const auto shown = everything(path);
  ASSERT_TRUE(shown);
  std::minstd_rand dice{1};
  int seen = 0;
  for (int n = 0; n < 400; ++n) {
    auto flipped = whole;
    const auto at = 100 + dice() % (whole.size() - 100);  // behind the header of the file
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << dice() % 8));
    {
      std::ofstream{path, std::ios::binary} << flipped;
    }
    if (everything(path) == shown) continue;
    ++seen;
    auto file = ledger_file::open(path, access::read_only);
    if (!file) continue;
    const auto s = file->check({});
    EXPECT_TRUE(!s || !s->findings.empty()) << "byte " << at;
  }
  EXPECT_GT(seen, 100);
}

TEST_F(LedgerCheck, WhatIsAcceptedIsSoundAndSaidSo) {
  make();
  change("UPDATE job_data SET error_code = 'mine' WHERE key = 7");
  {
    auto file = must(ledger_file::open(path, access::read_write));
    const auto refused = file.prove(1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, failure_kind::mend);
    EXPECT_THAT(to_string(refused.error()),
                HasSubstr("rows 1 to 16383 (job_data): a record is not as it was"));
    must(file.accept_changes(start + std::chrono::seconds{99}));
    must(file.prove(1));
  }
  EXPECT_THAT(found(checked()), IsEmpty());
  auto db = must(database::open(path, SQLITE_OPEN_READONLY));
  EXPECT_EQ(must(db->ask("SELECT count(*) FROM event WHERE kind = 'changes_accepted'")), 1);
}

// A change that nobody has sealed does not reach the disk.
TEST_F(LedgerCheck, NothingIsCommittedWithoutItsSeal) {
  make();
  auto db = writable(path);
  const auto outside = db->execute("UPDATE run SET exit_code = 5");
  EXPECT_FALSE(outside);
  EXPECT_EQ(must(db->ask("SELECT count(*) FROM run WHERE exit_code = 5")), 0);
  {
    auto group = must(transaction::begin(*db));
    must(db->execute("UPDATE run SET exit_code = 5"));
  }  // rolled back, and its change of the sums with it
  auto group = must(transaction::begin(*db));
  must(db->execute("UPDATE run SET exit_code = 6"));
  must(group.commit());
  EXPECT_THAT(found(checked()), ::testing::ElementsAre(HasSubstr("the last link is of another state")));
}

TEST_F(LedgerCheck, OneOfAnEarlierVersionIsSealedWhenItIsWrittenTo) {
  make();
  const auto make_it_version_3 =
      "DROP TABLE seal; DROP TABLE chain; DROP TABLE matched; ALTER TABLE run DROP COLUMN host;"
      "ALTER TABLE run DROP COLUMN user;"
      "PRAGMA user_version = 3";
  change(make_it_version_3);
  const auto before = checked();
  EXPECT_FALSE(before.is_sealed);
  EXPECT_THAT(found(before), IsEmpty());
  must(must(ledger_file::open(path, access::read_only)).prove(1));
  must(ledger_file::open(path, access::read_write));
  const auto after = checked();
  EXPECT_TRUE(after.is_sealed);
  EXPECT_EQ(after.links, 1u);
  EXPECT_THAT(found(after), IsEmpty());
  change("UPDATE intent SET old_values = '{}' WHERE row = 9");
  EXPECT_THAT(found(checked()), SizeIs(1));
}

// A table that came later than a ledger is no fault of it.
TEST_F(LedgerCheck, OneWithoutTheTableOfMatchesIsSoundAndGetsIt) {
  make();
  change("DROP TABLE matched; PRAGMA user_version = 4");
  EXPECT_THAT(found(checked()), IsEmpty());
  must(must(ledger_file::open(path, access::read_only)).prove(1));
  must(ledger_file::open(path, access::read_write));
  EXPECT_THAT(found(checked()), IsEmpty());
}

TEST_F(LedgerCheck, AnIdThatSomebodyPutInThePlaceOfAMatchIsFound) {
  make();
  {
    auto file = must(ledger_file::open(path, access::read_write));
    must(file.begin_run(1, "test", start));
    must(file.put_matched(1, std::vector<matched_value>{{"a@x", {"1"}}, {"b@x", {"2"}}}));
  }
  EXPECT_THAT(found(checked()), IsEmpty());
  change("UPDATE matched SET ids = '[\"9\"]' WHERE value = 'a@x'");
  EXPECT_THAT(found(checked()), ::testing::ElementsAre(HasSubstr("matched")));
}

}  // namespace
}  // namespace pawl::ledger

// What --retry does to a ledger, and what undo asks of it.
#include "engine/ledger/database.hpp"
#include "engine/ledger/group_commit.hpp"
#include "engine/ledger/scratch/last_written.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <gmock/gmock.h>

namespace pawl::ledger {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

job_record ended(std::uint64_t row, outcome o) {
  auto job = applied(row, "t-" + std::to_string(row));
  job.id = {};
  job.outcome = o;
  return job;
}

class LedgerRetry : public ::testing::Test {
 protected:
  // Rows 1.. ended so; with an intent of the same run where `with_intents`.
  void record(const std::vector<outcome>& outcomes, bool with_intents = true) {
    auto made = begin(path, outcomes.size());
    generation = made.generation;
    write(made.run, outcomes, with_intents);
  }
  void write(std::int64_t run, const std::vector<outcome>& outcomes, bool with_intents,
             std::uint64_t first = 1) {
    auto db = writable(path);
    auto group = must(group_commit::prepare(*db, generation, run));
    std::vector<record_batch> batches(1);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      auto job = ended(first + i, outcomes[i]);
      const auto id = "t-" + std::to_string(first + i);
      job.id = id;
      intent_record intent;
      intent.row = job.row;
      intent.id = id;
      intent.sent_at = start;
      intent.old_values = R"({"status":"open"})";
      intent.new_values = R"({"status":"done"})";
      if (with_intents) batches[0].add(intent);
      job.raw = "a row";
      job.error_code = is_success(job.outcome) ? "" : "some_code";
      batches[0].add(job);
    }
    must(group->commit(batches));
  }
  std::string ask(const std::string& sql) {
    auto db = must(database::open(path, SQLITE_OPEN_READONLY));
    auto query = must(db->prepare(sql));
    std::string text;
    while (must(query.step())) (text += text.empty() ? "" : " ") += query.text(0);
    return text;
  }
  std::vector<std::string> pre_images(ledger_file& file, id_compare ids = id_compare::exact) {
    std::vector<std::string> all;
    must(file.for_each_pre_image(generation, ids, [&](const pre_image& one) {
      all.push_back(one.id + (one.certain ? " " : "? ") + std::to_string(one.row));
      return true;
    }));
    return all;
  }

  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
  std::int64_t generation = 0;
};

TEST_F(LedgerRetry, MakesRowsPendingAgainAndKeepsWhatTheyWere) {
  record({outcome::applied, outcome::failed, outcome::refused, outcome::unknown, outcome::failed});
  auto file = must(ledger_file::open(path, access::read_write));
  must(file.finish_generation(generation, start));
  EXPECT_EQ(ask("SELECT count(*) FROM done_block"), "1");
  const auto run = must(file.begin_run(generation, "0.1.0", start));
  const auto taken = must(file.take_again(generation, run, {outcome::failed, outcome::refused}, {}, start));
  EXPECT_EQ(taken.pending, 3u);
  EXPECT_EQ(taken.superseded, 0u);
  EXPECT_EQ(ask("SELECT count(*) FROM done_block"), "0");
  const auto counts = must(file.counts(generation));
  EXPECT_EQ(counts.total(), 2u);  // 5 rows = 2 outcomes + 3 pending
  EXPECT_EQ(counts[outcome::unknown], 1u);
  const auto done = must(file.done_rows(generation, 5));
  EXPECT_TRUE(done.contains(1) && done.contains(4));
  EXPECT_FALSE(done.contains(2) || done.contains(3) || done.contains(5));
  EXPECT_FALSE(must(file.newest_generation())->finished);
  EXPECT_EQ(ask("SELECT row || outcome || error_code FROM retried ORDER BY row"),
            "2failedsome_code 3refusedsome_code 5failedsome_code");
  EXPECT_EQ(ask("SELECT reason FROM event WHERE kind = 'retry'"),
            "3 rows taken again (failed, refused), 0 of them superseded by later rows");
}

TEST_F(LedgerRetry, ARowThatNothingIsLeftOfIsSuperseded) {
  record({outcome::failed, outcome::failed, outcome::failed});
  auto file = must(ledger_file::open(path, access::read_write));
  must(file.finish_generation(generation, start));
  auto run = must(file.begin_run(generation, "0.1.0", start));
  const std::vector<left_out_row> out{{1, {"status"}, false}, {2, {"status", "title"}, true}};
  const auto taken = must(file.take_again(generation, run, {outcome::failed}, out, start));
  EXPECT_EQ(taken.pending, 2u);
  EXPECT_EQ(taken.superseded, 1u);
  EXPECT_EQ(must(file.counts(generation))[outcome::superseded], 1u);
  EXPECT_EQ(ask("SELECT row FROM job WHERE outcome = 'superseded' AND raw IS NULL AND error_code IS NULL"
                " AND attempts = 0 AND sent_at IS NULL"),
            "2");
  EXPECT_EQ(ask("SELECT left_out FROM retried WHERE row = 2"), R"(["status","title"])");
  auto left = must(file.left_out(generation, ledger_file::left_out_of::pending));
  ASSERT_EQ(left.size(), 1u);  // of rows that are pending
  EXPECT_EQ(left[0].row, 1u);
  EXPECT_THAT(left[0].fields, ElementsAre("status"));

  // Failed once more and taken again: only the newest word counts.
  write(run, {outcome::failed}, false);
  run = must(file.begin_run(generation, "0.1.0", start));
  must(file.take_again(generation, run, {outcome::failed}, {}, start));
  EXPECT_THAT(must(file.left_out(generation, ledger_file::left_out_of::pending)), IsEmpty());
  EXPECT_EQ(ask("SELECT count(*) FROM retried WHERE row = 1"), "2");
}

TEST_F(LedgerRetry, TakingNothingChangesNothing) {
  record({outcome::applied});
  auto file = must(ledger_file::open(path, access::read_write));
  must(file.finish_generation(generation, start));
  const auto run = must(file.begin_run(generation, "0.1.0", start));
  EXPECT_EQ(must(file.take_again(generation, run, {outcome::failed}, {}, start)).pending, 0u);
  EXPECT_TRUE(must(file.newest_generation())->finished);
  EXPECT_EQ(ask("SELECT count(*) FROM done_block"), "1");
}

TEST_F(LedgerRetry, OnlyUnknownRowsKeepTheirIntentsOpen) {
  record({outcome::failed, outcome::unknown});
  auto file = must(ledger_file::open(path, access::read_write));
  const auto run = must(file.begin_run(generation, "0.1.0", start));
  must(file.take_again(generation, run, {outcome::failed, outcome::unknown}, {}, start));
  const auto open = must(file.open_intents(generation));
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].row, 2u);
}

TEST_F(LedgerRetry, UndoSeesWhatWasOrMayHaveBeenApplied) {
  record({outcome::applied, outcome::failed, outcome::refused, outcome::unknown, outcome::unchanged,
          outcome::mismatch, outcome::skipped});
  auto file = must(ledger_file::open(path, access::read_write));
  EXPECT_THAT(pre_images(file), ElementsAre("t-6? 6", "t-4? 4", "t-1 1"));
  // A row that failed, was tried again and applied then: only the second write counts.
  const auto run = must(file.begin_run(generation, "0.1.0", start));
  must(file.take_again(generation, run, {outcome::failed, outcome::unknown}, {}, start));
  EXPECT_THAT(pre_images(file), ElementsAre("t-6? 6", "t-4? 4", "t-1 1"));
  write(run, {outcome::applied}, true, 2);
  EXPECT_THAT(pre_images(file), ElementsAre("t-6? 6", "t-4? 4", "t-2 2", "t-1 1"));
}

TEST_F(LedgerRetry, UndoGoesResourceByResource) {
  auto made = begin(path, 5);
  generation = made.generation;
  {
    auto db = writable(path);
    auto group = must(group_commit::prepare(*db, generation, made.run));
    std::vector<record_batch> batches(1);
    for (std::uint64_t row = 1; row <= 5; ++row) {
      const std::string id = row % 2 == 0 ? "even" : "odd";
      intent_record intent;
      intent.row = row;
      intent.id = id;
      intent.sent_at = start;
      if (row != 4) intent.old_values = "{}";
      intent.new_values = "{}";
      batches[0].add(intent);
      if (row != 5) batches[0].add(applied(row, id));  // row 5: cut off by a crash
    }
    must(group->commit(batches));
  }
  EXPECT_THAT(pre_images(made.file), ElementsAre("odd 1", "odd 3", "odd? 5", "even 2"));
  std::vector<std::string> blind;
  must(made.file.for_each_blind_write(generation, [&](std::uint64_t row, const std::string& id) {
    blind.push_back(id + std::to_string(row));
  }));
  EXPECT_THAT(blind, ElementsAre("even4"));
}

TEST_F(LedgerRetry, UndoAndVerifyTakeIdsInTwoCasesForOneWhereTheApiDoes) {
  auto made = begin(path, 3);
  generation = made.generation;
  {
    auto db = writable(path);
    auto group = must(group_commit::prepare(*db, generation, made.run));
    std::vector<record_batch> batches(1);
    std::uint64_t row = 0;
    for (const std::string_view id : {"aB", "b", "Ab"}) {
      intent_record intent;
      intent.row = ++row;
      intent.id = id;
      intent.sent_at = start;
      intent.old_values = intent.new_values = "{}";
      batches[0].add(intent);
      batches[0].add(applied(row, id));
    }
    must(group->commit(batches));
  }
  EXPECT_THAT(pre_images(made.file), ElementsAre("Ab 3", "b 2", "aB 1"));
  EXPECT_THAT(pre_images(made.file, id_compare::nocase), ElementsAre("aB 1", "Ab 3", "b 2"));

  for (const auto how : {id_compare::exact, id_compare::nocase}) {
    auto written = must(last_written::open(path, generation, how));
    must(written.put("aB", "status", "1", 1));
    must(written.put("Ab", "status", "3", 3));
    EXPECT_EQ(must(written.resources()), how == id_compare::exact ? 2u : 1u);
    EXPECT_EQ(must(written.find("AB")).fields.size(), how == id_compare::exact ? 0u : 1u);
  }
}

}  // namespace
}  // namespace pawl::ledger

// What undo and verify learn of the order of the writes, and of what the replies showed.
#include "engine/ledger/database.hpp"
#include "engine/ledger/group_commit.hpp"
#include "engine/ledger/scratch/last_written.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <gmock/gmock.h>

namespace pawl::ledger {
namespace {

using namespace testing;
using ::testing::ElementsAre;

class LedgerUndo : public ::testing::Test {
 protected:
  // Writes row `row` of the resource t-1 in an invocation; `sent` is by the wall clock.
  void write(std::int64_t run, std::uint64_t row, outcome o, verified how, wall_time sent,
             const std::string& values) {
    auto db = writable(path);
    auto group = must(group_commit::prepare(*db, generation, run));
    std::vector<record_batch> batches(1);
    intent_record intent;
    intent.row = row;
    intent.id = "t-1";
    intent.sent_at = sent;
    intent.old_values = "{}";
    intent.new_values = values;
    batches[0].add(intent);
    auto job = applied(row, "t-1");
    job.outcome = o;
    job.verified = how;
    batches[0].add(job);
    must(group->commit(batches));
  }
  std::vector<std::string> pre_images(ledger_file& file) {
    std::vector<std::string> all;
    must(file.for_each_pre_image(generation, id_compare::exact, [&](const pre_image& one) {
      all.push_back(std::to_string(one.row) + (one.certain ? " certain" : "") +
                    (one.as_sent ? " as sent" : ""));
      return true;
    }));
    return all;
  }

  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
  std::int64_t generation = 0;
};

// The clock was set back between the two invocations.
TEST_F(LedgerUndo, ARowThatWasTriedAgainIsWrittenAfterTheRowsBehindIt) {
  auto made = begin(path, 3);
  generation = made.generation;
  write(made.run, 1, outcome::failed, verified::none, start, R"({"n":1})");
  write(made.run, 2, outcome::applied, verified::full, start, R"({"n":2})");
  const auto run = must(made.file.begin_run(generation, "0.1.0", start));
  must(made.file.take_again(generation, run, {outcome::failed}, {}, start));
  write(run, 1, outcome::applied, verified::full, start - std::chrono::hours{1}, R"({"n":3})");
  write(run, 3, outcome::applied, verified::full, start - std::chrono::hours{2}, R"({"n":4})");
  EXPECT_THAT(pre_images(made.file),
              ElementsAre("2 certain as sent", "1 certain as sent", "3 certain as sent"));

  auto written = must(last_written::open(path, generation, id_compare::exact));
  const auto first = must(written.sent_by(1)), second = must(written.sent_by(2));
  EXPECT_EQ(first.values, R"({"n":3})");
  EXPECT_EQ(first.run, run);
  EXPECT_EQ(second.run, made.run);
}

TEST_F(LedgerUndo, TellsWhetherAReplyShowedAllAsItWasSent) {
  auto made = begin(path, 5);
  generation = made.generation;
  write(made.run, 1, outcome::applied, verified::full, start, "{}");
  write(made.run, 2, outcome::applied, verified::partial, start, "{}");
  write(made.run, 3, outcome::applied, verified::none, start, "{}");
  write(made.run, 4, outcome::unknown, verified::none, start, "{}");
  write(made.run, 5, outcome::mismatch, verified::none, start, "{}");
  EXPECT_THAT(pre_images(made.file), ElementsAre("1 certain as sent", "2 certain", "3 certain", "4", "5"));
}

TEST_F(LedgerUndo, VerifyKeepsTheSetThatWasSentLast) {
  auto made = begin(path, 2);
  auto written = must(last_written::open(path, made.generation, id_compare::exact));
  const auto shows = [&] { return must(written.find("t-1")).fields.at(0).json; };
  must(written.put_sent("t-1", "tags", "[1]", 1, 2));
  must(written.put_sent("t-1", "tags", "[2]", 2, 1));
  EXPECT_EQ(shows(), "[1]") << "sent in an earlier invocation";
  must(written.forget_sent("t-1", "tags", 1));
  EXPECT_EQ(shows(), "[1]");
  must(written.put_sent("t-1", "tags", "[3]", 3, 2));
  EXPECT_EQ(shows(), "[3]");
  must(written.put("t-1", "tags", "[4]", 4));
  EXPECT_EQ(shows(), "[4]") << "a row that names the whole field follows the order of rows";
  must(written.put_sent("t-1", "tags", "[5]", 5, 1));
  EXPECT_EQ(shows(), "[5]");
  EXPECT_EQ(must(written.known("t-1", "tags")), "[5]");
  must(written.forget_sent("t-1", "tags", 1));
  EXPECT_EQ(must(written.known("t-1", "tags")), std::nullopt);
}

TEST_F(LedgerUndo, WhatStaysOutOfRowsThatHaveEndedIsKnown) {
  auto made = begin(path, 3);
  generation = made.generation;
  for (const std::uint64_t row : {1u, 2u, 3u})
    write(made.run, row, outcome::failed, verified::none, start, "{}");
  const auto run = must(made.file.begin_run(generation, "0.1.0", start));
  must(made.file.take_again(generation, run, {outcome::failed},
                            {{1, {"a"}, false}, {2, {"a"}, false}, {3, {"a"}, true}}, start));
  write(run, 1, outcome::applied, verified::full, start, "{}");
  const auto rows = [](const std::vector<left_out_row>& of) {
    std::vector<std::uint64_t> all;
    for (const auto& one : of) all.push_back(one.row);
    return all;
  };
  EXPECT_THAT(rows(must(made.file.left_out(generation, ledger_file::left_out_of::pending))), ElementsAre(2));
  EXPECT_THAT(rows(must(made.file.left_out(generation, ledger_file::left_out_of::ended))), ElementsAre(1));
}

}  // namespace
}  // namespace pawl::ledger

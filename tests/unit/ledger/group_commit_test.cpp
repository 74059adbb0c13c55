#include "engine/ledger/group_commit.hpp"

#include "engine/ledger/done_blocks.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

namespace pawl::ledger {
namespace {

using namespace testing;

// A generation whose file is closed, and a connection of its own to it.
class GroupCommit : public ::testing::Test {
 protected:
  void open(std::uint64_t rows) {
    {
      auto made = begin(path, rows);
      generation = made.generation;
      run = made.run;
    }
    connect();
  }
  void connect() {
    group.reset();
    db = writable(path);
    group = must(group_commit::prepare(*db, generation, run));
  }
  status put(const std::vector<job_record>& jobs) {
    std::vector<record_batch> batches(1);
    for (const auto& job : jobs) batches[0].add(job);
    return group->commit(batches);
  }
  std::int64_t ask(const std::string& sql) { return must(db->ask(sql)); }

  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
  std::int64_t generation = 0, run = 0;
  std::unique_ptr<database> db;
  std::unique_ptr<group_commit> group;
};

TEST_F(GroupCommit, KeepsIdsOfEveryFormExactly) {
  const std::vector<std::string> ids{"3f2504e0-4f89-41d3-9a0c-0305e82c3301",
                                     "3F2504E0-4F89-41D3-9A0C-0305E82C3301",
                                     "thr_00ff00ff00ff00ff",  // its prefix is learned
                                     "thr_0123456789abcdef",
                                     "thr_0123456789abcdef01",
                                     "thr_0123456789ABCDEF",
                                     "tag_0123456789abcdef",
                                     "0123456789abcdef",
                                     "0123456789abcdef0123456789abcdef",
                                     "12345",
                                     "0012345",
                                     "9223372036854775808",
                                     "1e5",
                                     "x'ab'",
                                     "caf\u00e9 \U0001f600 'quoted'",
                                     "thr_"};
  open(ids.size());
  std::vector<job_record> jobs;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    jobs.push_back(applied(i + 1, ids[i]));
    jobs.back().request_id = ids[ids.size() - 1 - i];
  }
  must(put(jobs));
  EXPECT_GE(ask("SELECT count(*) FROM job_data WHERE typeof(id) = 'blob'"), 4);
  auto file = must(ledger_file::open(path, access::read_only));
  const auto rows = all_jobs(file, generation);
  ASSERT_EQ(rows.size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(rows[i].id, ids[i]);
    EXPECT_EQ(rows[i].request_id, ids[ids.size() - 1 - i]);
  }
}

TEST_F(GroupCommit, MarksABlockWhenItsLastRowIsDone) {
  open(20'000);
  std::vector<job_record> jobs;
  for (std::uint64_t row = 1; row <= 16'383; ++row)
    if (row != 77) jobs.push_back(applied(row));
  jobs.back().outcome = outcome::refused;
  must(put(jobs));
  EXPECT_EQ(ask("SELECT count(*) FROM done_block"), 0);
  connect();  // another invocation counts the open block anew
  must(put({applied(77)}));
  EXPECT_EQ(ask("SELECT count(*) FROM done_block WHERE block = 0 AND applied = 16382 AND refused = 1"), 1);
  jobs.clear();
  for (std::uint64_t row = 20'000; row >= 16'384; --row) jobs.push_back(applied(row));
  must(put(jobs));
  EXPECT_EQ(ask("SELECT sum(applied) FROM done_block"), 19'999);

  auto file = must(ledger_file::open(path, access::read_only));
  outcome_counts known;
  known[outcome::applied] = 19'999;
  known[outcome::refused] = 1;
  EXPECT_EQ(must(file.counts(generation)), known);
}

TEST_F(GroupCommit, ForgetsABlockThatSomebodyEdits) {
  open(100);
  std::vector<job_record> jobs;
  for (std::uint64_t row = 1; row <= 100; ++row) jobs.push_back(applied(row));
  must(put(jobs));
  EXPECT_EQ(ask("SELECT count(*) FROM done_block"), 1);
  const auto others = must(database::open(path, SQLITE_OPEN_READWRITE));
  must(others->execute("UPDATE job_data SET outcome = 6 WHERE key = 5"));
  EXPECT_EQ(ask("SELECT count(*) FROM done_block"), 0);
  connect();  // and marks it again
  EXPECT_EQ(ask("SELECT count(*) FROM done_block WHERE failed = 1 AND applied = 99"), 1);
  must(others->execute("DELETE FROM job_data WHERE key = 5"));
  auto file = must(ledger_file::open(path, access::read_only));
  const auto done = must(file.done_rows(generation, 100));
  EXPECT_FALSE(done.contains(5));
  EXPECT_TRUE(done.contains(4) && done.contains(6) && done.contains(100));
  EXPECT_FALSE(done.contains(0) || done.contains(101));
}

TEST_F(GroupCommit, RefusesASecondOutcomeOfARowWithTheWholeGroup) {
  open(10);
  must(put({applied(1)}));
  const auto twice = put({applied(2), applied(1)});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, failure_kind::mend);
  EXPECT_NE(to_string(twice.error()).find("row 1: something would be recorded twice"), std::string::npos)
      << to_string(twice.error());
  EXPECT_EQ(ask("SELECT count(*) FROM job_data"), 1);
}

TEST_F(GroupCommit, RefusesARowThatTheInputDoesNotHave) {
  open(10);
  EXPECT_FALSE(put({applied(11)}));
  connect();
  EXPECT_FALSE(put({applied(0)}));
}

TEST_F(GroupCommit, SaysThatTheDiskIsFullAndKeepsWhatIsCommitted) {
  open(100'000);
  must(put({applied(1)}));
  const auto pages = ask("PRAGMA page_count");
  must(db->execute(("PRAGMA max_page_count = " + std::to_string(pages + 5)).c_str()));
  std::vector<job_record> jobs;
  for (std::uint64_t row = 2; row <= 5'000; ++row) jobs.push_back(applied(row));
  const auto full = put(jobs);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, failure_kind::mend);
  EXPECT_NE(full.error().what.find("the disk is full"), std::string::npos) << full.error().what;
  EXPECT_NE(full.error().remedy.find("free some space"), std::string::npos);
  EXPECT_EQ(ask("SELECT count(*) FROM job_data"), 1);
}

TEST_F(GroupCommit, KeepsTheInputRowOfFailuresOnly) {
  open(3);
  auto good = applied(1), bad = applied(2), broken = applied(3);
  good.raw = bad.raw = "t-1,\"a title\"";
  broken.raw = "t-1,M\xfcller";
  bad.outcome = outcome::refused;
  broken.outcome = outcome::invalid;
  broken.error_message = "not UTF-8 (got \"M\xfcller\")";
  must(put({good, bad, broken}));
  auto file = must(ledger_file::open(path, access::read_only));
  const auto rows = all_jobs(file, generation);
  EXPECT_EQ(rows[0].raw, std::nullopt);
  EXPECT_EQ(rows[1].raw, "t-1,\"a title\"");
  EXPECT_EQ(rows[2].raw, "t-1,M\xfcller");  // the very bytes
  EXPECT_EQ(rows[2].error_message, "not UTF-8 (got \"M\ufffdller\")");
  EXPECT_EQ(ask("SELECT typeof(raw) = 'blob' FROM job WHERE row = 3"), 1);
}

// What a row is may not depend on which statement took it: usual rows go to the table several at once.
TEST_F(GroupCommit, KeepsEachFieldOfUsualRowsAndOfOthersAmongThem) {
  const std::vector<void (*)(job_record&)> unlike{
      [](job_record&) {},
      [](job_record& job) { job.request_id = {}; },
      [](job_record& job) { job.request_id = "Req 7"; },
      [](job_record& job) { job.outcome = outcome::unchanged; },
      [](job_record& job) { job.verified = verified::partial; },
      [](job_record& job) { job.verified = verified::none; },
      [](job_record& job) { job.http_status = 204; },
      [](job_record& job) { job.http_status = 0; },
      [](job_record& job) { job.attempts = 2; },
      [](job_record& job) { job.attempts = 0; },
      [](job_record& job) { job.sent_at = {}; },
      [](job_record& job) { job.error_code = "drift"; },
      [](job_record& job) { job.error_message = "it said so"; },
  };
  const auto names = [](std::size_t i) { return "thr_" + std::to_string(i); };
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < 20 * unlike.size(); ++i) ids.push_back(names(i));
  std::vector<job_record> jobs;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto job = applied(i + 1, ids[i]);
    job.latency_us += i;
    job.finished_at += std::chrono::microseconds{7 * i};
    // One more kind in each twenty, so that runs of usual rows between them have many lengths.
    if (i % 20 < unlike.size()) unlike[i % 20 <= i / 20 ? i % 20 : 0](job);
    jobs.push_back(job);
  }
  open(jobs.size());
  must(put(jobs));
  auto file = must(ledger_file::open(path, access::read_only));
  const auto rows = all_jobs(file, generation);
  ASSERT_EQ(rows.size(), jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(rows[i].row, jobs[i].row);
    EXPECT_EQ(rows[i].id, jobs[i].id);
    EXPECT_EQ(rows[i].outcome, jobs[i].outcome);
    const bool was_applied = jobs[i].outcome == outcome::applied;
    EXPECT_EQ(rows[i].verified, was_applied ? std::optional{jobs[i].verified} : std::nullopt);
    EXPECT_EQ(rows[i].http_status, jobs[i].http_status);
    EXPECT_EQ(rows[i].request_id, jobs[i].request_id);
    EXPECT_EQ(rows[i].attempts, jobs[i].attempts);
    EXPECT_EQ(rows[i].sent_at.value_or(wall_time{}), jobs[i].sent_at);
    EXPECT_EQ(rows[i].finished_at, jobs[i].finished_at);
    EXPECT_EQ(rows[i].latency_us, jobs[i].latency_us);
    EXPECT_EQ(rows[i].error_code, jobs[i].error_code);
    EXPECT_EQ(rows[i].error_message, jobs[i].error_message);
  }
}

TEST_F(GroupCommit, NamesTheRowsOfWhichOneIsRecordedTwice) {
  open(100);
  must(put({applied(7)}));
  std::vector<job_record> jobs;
  for (std::uint64_t row = 1; row <= 40; ++row) jobs.push_back(applied(row));
  const auto twice = put(jobs);
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().what.find("one of the rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16: "
                                    "something would be recorded twice"),
            std::string::npos)
      << twice.error().what;
  EXPECT_EQ(ask("SELECT count(*) FROM job_data"), 1);
}

}  // namespace
}  // namespace pawl::ledger

// What the writer puts into the ledger, and when it commits.
#include "engine/model/counters.hpp"
#include "tests/unit/ledger/ledger_writer_fixture.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace pawl::ledger {
namespace {

using namespace testing;

class LedgerWriter : public ledger_writer_test {};

status commit(asio::io_context& context, ledger_writer& writer, const intent_record& intent) {
  status result{failure{}};
  const auto wait = [](asio::awaitable<status> w, status& to) -> asio::awaitable<void> {
    to = co_await std::move(w);
  };
  run(context, wait(writer.commit(intent), result));
  return result;
}

// Transactions in the write-ahead log: a frame's header has the size of the database where it ends one
// (https://www.sqlite.org/fileformat2.html#walformat).
std::int64_t commits_in_log(const std::string& ledger) {
  std::ifstream file(ledger + "-wal", std::ios::binary);
  const std::string log{std::istreambuf_iterator<char>(file), {}};
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(log.at(at + i));
    return value;
  };
  std::int64_t commits = 0;
  if (log.size() < 32) return 0;
  for (std::size_t at = 32, page = word(8); at + 24 + page <= log.size(); at += 24 + page)
    if (word(at + 4) != 0) ++commits;
  return commits;
}

TEST_F(LedgerWriter, RecordsEveryFieldOfAnOutcome) {
  auto made = begin(path, 3);
  {
    ledger_writer writer{context, made.file, made.generation, made.run, options};
    job_record job = applied(2);
    job.outcome = outcome::refused;
    job.http_status = 422;
    job.error_code = "unprocessable";
    job.error_message = "no \u20ac";
    job.attempts = 3;
    job.raw = "t-1,\"x\"";
    writer.put(job);
    writer.put(applied(1));
    job_record unsent;
    unsent.row = 3;
    unsent.id = "t-3";
    unsent.outcome = outcome::unchanged;
    unsent.finished_at = start + std::chrono::microseconds{5};
    writer.put(unsent);
    status drained;
    run(context, only_drain(writer, drained));
    EXPECT_TRUE(drained);
    EXPECT_EQ(writer.committed().total(), 3u);
    EXPECT_EQ(writer.committed()[outcome::refused], 1u);
  }
  const auto rows = all_jobs(made.file, made.generation);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].row, 1u);
  EXPECT_EQ(rows[0].outcome, outcome::applied);
  EXPECT_EQ(rows[0].verified, verified::full);
  EXPECT_EQ(rows[0].http_status, 200);
  EXPECT_EQ(rows[0].request_id, "req_3727ca7b4f0fff3c");
  EXPECT_EQ(rows[0].sent_at, start + std::chrono::milliseconds{1});
  EXPECT_EQ(rows[0].finished_at, start + std::chrono::microseconds{41'300});
  EXPECT_EQ(rows[0].latency_us, 40'250u);
  EXPECT_EQ(rows[0].raw, std::nullopt);
  EXPECT_EQ(rows[1].error_code, "unprocessable");
  EXPECT_EQ(rows[1].error_message, "no \u20ac");
  EXPECT_EQ(rows[1].attempts, 3u);
  EXPECT_EQ(rows[1].verified, std::nullopt);
  EXPECT_EQ(rows[1].raw, "t-1,\"x\"");
  EXPECT_EQ(rows[2].id, "t-3");
  EXPECT_EQ(rows[2].sent_at, std::nullopt);
  EXPECT_EQ(rows[2].finished_at, start + std::chrono::microseconds{5});
  EXPECT_EQ(rows[2].http_status, 0);

  EXPECT_EQ(all_jobs(made.file, made.generation, {outcome::refused, outcome::failed}).size(), 1u);
  EXPECT_EQ(all_jobs(made.file, made.generation + 1).size(), 0u);
  std::size_t seen = 0;
  must(made.file.for_each_job(made.generation, {}, [&](const job_row&) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2u);
}

TEST_F(LedgerWriter, CommitsByItselfWhenAnOutcomeIsOld) {
  auto made = begin(path, 10);
  options.max_age = std::chrono::milliseconds{1};
  ledger_writer writer{context, made.file, made.generation, made.run, options};
  writer.put(applied(1));
  const auto busy = asio::make_work_guard(context);  // as a run's context is
  while (writer.committed().total() == 0) context.run_one();
  EXPECT_EQ(ask("SELECT count(*) FROM job"), 1);
}

TEST_F(LedgerWriter, CommitsAFullGroupAtOnce) {
  auto made = begin(path, 10);
  options.max_age = std::chrono::hours{1};
  options.max_group = 3;
  ledger_writer writer{context, made.file, made.generation, made.run, options};
  for (std::uint64_t row = 1; row <= 4; ++row) writer.put(applied(row));
  const auto busy = asio::make_work_guard(context);  // as a run's context is
  while (writer.committed().total() == 0) context.run_one();
  EXPECT_EQ(writer.committed().total(), 3u);
  EXPECT_EQ(ask("SELECT count(*) FROM job"), 3);
}

TEST_F(LedgerWriter, HoldsBackWhenTheQueueIsFull) {
  auto made = begin(path, 100'000);
  options.max_queued = 7;
  options.max_age = std::chrono::hours{1};
  ledger_writer writer{context, made.file, made.generation, made.run, options};
  for (std::uint64_t row = 1; row <= 7; ++row) EXPECT_TRUE(writer.put(applied(row)));
  EXPECT_FALSE(writer.put(applied(8)));  // nothing is due: room() has to hand the group over
  status drained;
  run(context, put_and_drain(writer, 8, 500, drained));
  EXPECT_TRUE(drained);
  EXPECT_EQ(writer.committed().total(), 500u);
}

TEST_F(LedgerWriter, BoundsTheBytesOfHugeRows) {
  auto made = begin(path, 10);
  options.max_age = std::chrono::hours{1};
  options.max_queued_bytes = 1000;
  ledger_writer writer{context, made.file, made.generation, made.run, options};
  const std::string huge(5000, 'x');
  auto job = applied(1);
  job.outcome = outcome::refused;
  job.raw = huge;
  EXPECT_TRUE(writer.put(job));  // one is taken whatever its size
  job.row = 2;
  EXPECT_FALSE(writer.put(job));
  status drained;
  run(context, only_drain(writer, drained));
  EXPECT_TRUE(writer.put(job));
}

TEST_F(LedgerWriter, CommitsAnIntentAtOnceWithWhatCameBefore) {
  auto made = begin(path, 10);
  options.max_age = std::chrono::hours{1};
  std::int64_t seen = 0;
  {
    ledger_writer writer{context, made.file, made.generation, made.run, options};
    writer.put(applied(1));
    status committed;
    run(context, commit_one(writer, 2, R"({"status":"open"})", committed));
    EXPECT_TRUE(committed);
    seen = ask("SELECT count(*) FROM job WHERE row = 1");
    run(context, commit_one(writer, 3, {}, committed));
    run(context, commit_one(writer, 4, {}, committed));
    writer.put(applied(3));
    run(context, only_drain(writer, committed));
  }
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(ask("SELECT count(*) FROM intent WHERE row = 2 AND old_values = '{\"status\":\"open\"}'"), 1);
  EXPECT_EQ(ask("SELECT count(*) FROM intent WHERE row = 3 AND old_values IS NULL"), 1);
  const auto open = must(made.file.open_intents(made.generation));
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].row, 2u);
  EXPECT_EQ(open[0].id, "t-1");
  EXPECT_EQ(open[0].sent_at, start + std::chrono::seconds{2});
  EXPECT_EQ(open[1].row, 4u);
}

TEST_F(LedgerWriter, KeepsTheIntentOfEachSend) {
  auto made = begin(path, 10);
  {
    ledger_writer writer{context, made.file, made.generation, made.run, options};
    status committed;
    run(context, commit_one(writer, 2, R"({"a":1})", committed));
    intent_record again;
    again.row = 2;
    again.id = "t-1";
    again.sent_at = start + std::chrono::hours{1};
    again.old_values = R"({"a":2})";
    auto waits = writer.commit(again);  // acts at the call: the record may go before the co_await
    again = {};
    run(context, [](asio::awaitable<status> w) -> asio::awaitable<void> {
      must(co_await std::move(w));
    }(std::move(waits)));
  }
  EXPECT_EQ(ask("SELECT count(*) FROM intent WHERE row = 2"), 2);
  const auto open = must(made.file.open_intents(made.generation));
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].old_values, R"({"a":1})");  // the oldest first
  EXPECT_EQ(open[1].sent_at, start + std::chrono::hours{1});
}

TEST_F(LedgerWriter, KeepsWhatARowHeldAndWhatWasAboutToBeSent) {
  auto made = begin(path, 10);
  {
    ledger_writer writer{context, made.file, made.generation, made.run, options};
    intent_record read, blind;
    read.row = 1;
    blind.row = 2;
    read.id = blind.id = "t-1";
    read.sent_at = blind.sent_at = start;
    read.old_values = R"({"status":"open"})";
    read.updated_at = R"("2026-01-02T03:04:05Z")";
    read.new_values = blind.new_values = R"({"status":"done","closed_loop":true})";
    must(commit(context, writer, read));
    must(commit(context, writer, blind));
    // Of the same moment, and of a clock that was set back: the order of the calls is kept.
    must(commit(context, writer, read));
    read.sent_at -= std::chrono::hours{1};
    read.old_values = "{}";
    must(commit(context, writer, read));
  }
  const auto open = must(made.file.open_intents(made.generation));
  ASSERT_EQ(open.size(), 4u);
  EXPECT_EQ(open[0].row, 1u);
  EXPECT_TRUE(open[0].was_read);
  EXPECT_EQ(open[0].old_values, R"({"status":"open"})");
  EXPECT_EQ(open[0].new_values, R"({"status":"done","closed_loop":true})");
  EXPECT_EQ(open[0].updated_at, R"("2026-01-02T03:04:05Z")");
  EXPECT_EQ(open[0].sent_at, start);
  EXPECT_EQ(open[1].sent_at, start + std::chrono::microseconds{1});
  EXPECT_EQ(open[2].sent_at, start + std::chrono::microseconds{2});
  EXPECT_EQ(open[2].old_values, "{}");
  EXPECT_TRUE(open[2].was_read);
  EXPECT_EQ(open[3].row, 2u);
  EXPECT_FALSE(open[3].was_read);
  EXPECT_EQ(open[3].updated_at, "");
}

TEST_F(LedgerWriter, KeepsWhenAnIntentWasSentByTheBootClock) {
  auto made = begin(path, 10);
  const auto run_of =
      must(made.file.begin_run(made.generation, "0.1.0", start, {"boot", std::chrono::seconds{5}}));
  {
    ledger_writer writer{context, made.file, made.generation, run_of, options};
    intent_record known, unknown;
    known.row = 1;
    unknown.row = 2;
    known.id = unknown.id = "t-1";
    known.sent_at = unknown.sent_at = start;
    known.since_boot = std::chrono::microseconds{9'000'001};
    must(commit(context, writer, known));
    must(commit(context, writer, unknown));
  }
  const auto open = must(made.file.open_intents(made.generation));
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].sent, (boot_moment{"boot", std::chrono::microseconds{9'000'001}}));
  EXPECT_EQ(proven_age(open[1].sent, {"boot", std::chrono::hours{1}}), duration::zero());
}

TEST_F(LedgerWriter, WithdrawsTheIntentsOfItsOwnRunOnly) {
  auto made = begin(path, 10);
  intent_record intent;
  intent.row = 2;
  intent.id = "t-1";
  intent.sent_at = start;
  {
    ledger_writer writer{context, made.file, made.generation, made.run, options};
    must(commit(context, writer, intent));  // and the process died with the request on the wire
  }
  const auto second = must(made.file.begin_run(made.generation, "0.1.0", start));
  {
    ledger_writer writer{context, made.file, made.generation, second, options};
    must(commit(context, writer, intent));
    must(commit(context, writer, intent));
    writer.withdraw_intent(2);
    status drained{failure{}};
    run(context, only_drain(writer, drained));
    must(drained);
  }
  const auto open = must(made.file.open_intents(made.generation));
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].sent_at, start);
}

TEST_F(LedgerWriter, CommitsIntentsThatWaitTogetherInFewTransactions) {
  auto made = begin(path, 1000);
  std::vector<status> results(500, status{failure{}});
  std::int64_t commits = 0;
  {
    ledger_writer writer{context, made.file, made.generation, made.run, options};
    const auto before = commits_in_log(path);
    for (std::size_t i = 0; i < results.size(); ++i)
      asio::co_spawn(context, commit_one(writer, i + 1, R"({"status":"open"})", results[i]),
                     [](const std::exception_ptr&) {});
    context.restart();
    context.run();
    commits = commits_in_log(path) - before;
  }
  for (const auto& result : results) EXPECT_TRUE(result);
  EXPECT_EQ(ask("SELECT count(*) FROM intent"), 500);
  EXPECT_GE(commits, 1);
  EXPECT_LE(commits, 100);
}

TEST_F(LedgerWriter, RecordsSamplesAndEvents) {
  auto made = begin(path, 10);
  {
    ledger_writer writer{context, made.file, made.generation, made.run, options};
    sample_row sample;
    sample.at = start;
    sample.counts[outcome::applied] = 5;
    sample.rate = 19.5;
    sample.in_flight = 3;
    sample.latency_p95_us = 77;
    sample.waits_for = "quota";
    for (std::size_t i = 0; i < counter_names.size(); ++i) sample.figures.*counter_names[i].value = 11 + i;
    writer.put(sample);
    writer.put(event_record{start, "gate", "Retry-After: 18"});
    status drained;
    run(context, only_drain(writer, drained));
    EXPECT_TRUE(drained);
  }
  EXPECT_EQ(ask("SELECT count(*) FROM event WHERE kind = 'gate' AND reason = 'Retry-After: 18'"), 1);
  const auto samples = must(made.file.last_samples(made.run, 1));
  ASSERT_EQ(samples.size(), 1u);
  const auto* const last = &samples.front();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->counts[outcome::applied], 5u);
  EXPECT_EQ(last->rate, 19.5);
  for (std::size_t i = 0; i < counter_names.size(); ++i) {
    const auto& counter = counter_names[i];
    if (!counter.sampled) continue;
    EXPECT_EQ(ask(fmt::format("SELECT {} FROM sample", counter.name)), static_cast<std::int64_t>(11 + i));
    EXPECT_EQ(last->figures.*counter.value, 11 + i) << counter.name;
  }
  EXPECT_EQ(last->in_flight, 3u);
  EXPECT_EQ(last->latency_p95_us, 77u);
  EXPECT_EQ(last->waits_for, "quota");
  EXPECT_TRUE(must(made.file.last_samples(made.run + 1, 1)).empty());
}

TEST_F(LedgerWriter, GoesOnWhileSomebodyReadsForLong) {
  auto made = begin(path, 100'000);
  auto reader = must(database::open(path, SQLITE_OPEN_READONLY));
  must(reader->execute("BEGIN"));
  EXPECT_EQ(must(reader->ask("SELECT count(*) FROM job")), 0);
  {
    ledger_writer writer{context, made.file, made.generation, made.run, options};
    status drained;
    run(context, put_and_drain(writer, 1, 60'000, drained));
    EXPECT_TRUE(drained);
  }
  EXPECT_EQ(must(reader->ask("SELECT count(*) FROM job")), 0);  // its own moment
  must(reader->execute("COMMIT"));
  EXPECT_EQ(must(reader->ask("SELECT count(*) FROM job")), 60'000);
  auto status_command = must(ledger_file::open(path, access::read_only));
  EXPECT_EQ(must(status_command.counts(made.generation)).total(), 60'000u);
}

}  // namespace
}  // namespace pawl::ledger

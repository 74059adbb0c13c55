#include "engine/ledger/ledger_writer.hpp"

#include "engine/ledger/database.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <fstream>
#include <iterator>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::ledger {
namespace {

using namespace testing;
namespace asio = boost::asio;

void run(asio::io_context& context, asio::awaitable<void> body) {
  std::exception_ptr thrown;
  asio::co_spawn(context, std::move(body), [&](std::exception_ptr e) { thrown = e; });
  context.restart();
  context.run();
  if (thrown) std::rethrow_exception(thrown);
}

asio::awaitable<void> put_rows(ledger_writer& writer, std::uint64_t first, std::uint64_t last) {
  for (auto row = first; row <= last; ++row) {
    const auto job = applied(row);
    while (!writer.put(job)) co_await writer.room();
  }
}

asio::awaitable<void> put_and_drain(ledger_writer& writer, std::uint64_t first, std::uint64_t last,
                                    status& result) {
  co_await put_rows(writer, first, last);
  result = co_await writer.drain();
}

asio::awaitable<void> commit_one(ledger_writer& writer, std::uint64_t row, std::string_view old_values,
                                 status& result) {
  intent_record intent;
  intent.row = row;
  intent.id = "t-1";
  intent.sent_at = start + std::chrono::seconds{row};
  intent.old_values = old_values;
  result = co_await writer.commit(intent);
}

asio::awaitable<void> only_drain(ledger_writer& writer, status& result) {
  result = co_await writer.drain();
}

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

class LedgerWriter : public ::testing::Test {
 protected:
  std::int64_t ask(const std::string& sql) {
    return must(must(database::open(path, SQLITE_OPEN_READONLY))->ask(sql));
  }

  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
  asio::io_context context;
  writer_options options;
};

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
                     [](std::exception_ptr) {});
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
    sample_record sample;
    sample.at = start;
    sample.counts[outcome::applied] = 5;
    sample.rate = 19.5;
    sample.in_flight = 3;
    sample.latency_p95_us = 77;
    sample.waits_for = "quota";
    writer.put(sample);
    writer.put(event_record{start, "gate", "Retry-After: 18"});
    status drained;
    run(context, only_drain(writer, drained));
    EXPECT_TRUE(drained);
  }
  EXPECT_EQ(ask("SELECT count(*) FROM event WHERE kind = 'gate' AND reason = 'Retry-After: 18'"), 1);
  const auto last = must(made.file.last_sample(made.run));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->counts[outcome::applied], 5u);
  EXPECT_EQ(last->rate, 19.5);
  EXPECT_EQ(last->in_flight, 3u);
  EXPECT_EQ(last->latency_p95_us, 77u);
  EXPECT_EQ(last->waits_for, "quota");
  EXPECT_EQ(must(made.file.last_sample(made.run + 1)), std::nullopt);
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

TEST_F(LedgerWriter, StopsAtTheFirstFailureAndSaysSo) {
  auto made = begin(path, 10);
  ledger_writer writer{context, made.file, made.generation, made.run, options};
  int calls = 0;
  writer.on_failure([&](const failure& f) {
    ++calls;
    EXPECT_EQ(f.kind, failure_kind::mend);
  });
  status drained;
  run(context, put_and_drain(writer, 1, 5, drained));
  EXPECT_TRUE(drained);
  writer.put(applied(6));
  writer.put(applied(5));  // a second outcome
  run(context, only_drain(writer, drained));
  EXPECT_FALSE(drained);
  EXPECT_FALSE(writer.health());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(writer.committed().total(), 5u);
  EXPECT_EQ(ask("SELECT count(*) FROM job"), 5);  // row 6 went with its group
  // Everybody gets the answer from now on, and no loop around put() hangs.
  status committed, later;
  run(context, commit_one(writer, 7, {}, committed));
  EXPECT_FALSE(committed);
  run(context, put_and_drain(writer, 7, 9, later));
  EXPECT_FALSE(later);
  EXPECT_EQ(ask("SELECT count(*) FROM intent"), 0);
}

TEST_F(LedgerWriter, TellsThatItCouldNotStart) {
  auto made = begin(path, 10);
  ledger_writer writer{context, made.file, made.generation + 5, made.run, options};
  status drained;
  writer.put(applied(1));
  run(context, only_drain(writer, drained));
  EXPECT_FALSE(drained);
}

TEST_F(LedgerWriter, AnswersThoseWhoWaitWhenItIsDestroyed) {
  auto made = begin(path, 10);
  options.max_age = std::chrono::hours{1};
  std::optional<ledger_writer> writer;
  writer.emplace(context, made.file, made.generation, made.run, options);
  status drained, committed;
  // Spawned and started, and destroyed before the answer of the disk can be read.
  asio::co_spawn(context, commit_one(*writer, 1, {}, committed), [](std::exception_ptr) {});
  asio::co_spawn(context, put_and_drain(*writer, 1, 3, drained), [](std::exception_ptr) {});
  asio::post(context, [&] { writer.reset(); });
  context.run();
  const auto rows = ask("SELECT count(*) FROM job");
  EXPECT_EQ(static_cast<bool>(drained), rows == 3);
  EXPECT_EQ(static_cast<bool>(committed), ask("SELECT count(*) FROM intent") == 1);
}

TEST_F(LedgerWriter, WaitsForTheDiskAlsoWhenCancelled) {
  auto made = begin(path, 10);
  options.max_age = std::chrono::hours{1};
  ledger_writer writer{context, made.file, made.generation, made.run, options};
  EXPECT_TRUE(writer.put(applied(1)));
  asio::cancellation_signal signal;
  status drained{failure{}};
  bool ended = false;
  asio::co_spawn(context, only_drain(writer, drained),
                 asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { ended = true; }));
  asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
  context.run();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(drained);
  EXPECT_EQ(ask("SELECT count(*) FROM job"), 1);
}

// The child writes how many rows the writer called committed, again and again, until it is killed.
[[noreturn]] void write_until_killed(const std::string& path, int to) {
  asio::io_context context;
  auto made = begin(path, 10'000'000);
  writer_options options;
  options.max_group = 50;
  ledger_writer writer{context, made.file, made.generation, made.run, options};
  std::uint64_t next = 1;
  for (;;) {
    status drained;
    run(context, put_and_drain(writer, next, next + 119, drained));
    next += 120;
    const auto committed = writer.committed().total();
    if (!drained || ::write(to, &committed, sizeof committed) != sizeof committed) ::_exit(1);
    for (int i = 0; i < 70; ++i) writer.put(applied(next++));  // under way when the kill comes
  }
}

TEST_F(LedgerWriter, LosesNothingCommittedToAKill) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto child = ::fork();
  if (child == 0) write_until_killed(path, ends[1]);
  ::close(ends[1]);
  std::uint64_t committed = 0, news = 0;
  for (int i = 0; i < 20 && ::read(ends[0], &news, sizeof news) == sizeof news; ++i) committed = news;
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  while (::read(ends[0], &news, sizeof news) == sizeof news) committed = news;  // told before it died
  ::close(ends[0]);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_GE(committed, 20u * 120);

  // status works before anybody resumes, and the lock died with its holder.
  {
    auto file = must(ledger_file::open(path, access::read_only));
    EXPECT_GE(must(file.counts(1)).total(), committed);
  }
  auto file = must(ledger_file::open(path, access::read_write));
  const auto counts = must(file.counts(1));
  EXPECT_GE(counts.total(), committed);
  const auto done = must(file.done_rows(1, 10'000'000));
  for (std::uint64_t row = 1; row <= counts.total(); ++row) ASSERT_TRUE(done.contains(row)) << row;
  EXPECT_FALSE(done.contains(counts.total() + 1));
  EXPECT_EQ(must(file.runs(1))[0].ended, std::nullopt);
  must(file.check_sum(1, counts));

  // And it goes on.
  ledger_writer writer{context, file, 1, must(file.begin_run(1, "0.1.0", start)), options};
  pawl::status drained;
  run(context, put_and_drain(writer, counts.total() + 1, counts.total() + 10, drained));
  EXPECT_TRUE(drained);
}

// Puts rows until the disk refuses, and answers what the ledger then says about itself; empty: all as it
// should.
std::string write_until_full(const std::string& path, std::string_view wanted) {
  asio::io_context context;
  auto made = begin(path, 10'000'000);
  std::uint64_t committed = 0;
  {
    ledger_writer writer{context, made.file, made.generation, made.run, writer_options{}};
    bool told = false;
    writer.on_failure([&](const failure&) { told = true; });
    std::uint64_t next = 1;
    for (; writer.health() && next < 1'000'000; next += 1000) {
      status drained;
      run(context, put_and_drain(writer, next, next + 999, drained));
    }
    if (writer.health()) return "a million rows went in";
    if (!told) return "on_failure was not called";
    const auto& f = writer.health().error();
    if (f.kind != failure_kind::mend || f.what.find(wanted) == std::string::npos || f.remedy.empty())
      return to_string(f);
    committed = writer.committed().total();
    if (committed == 0) return "nothing was committed before";
  }
  const auto found = must(made.file.counts(made.generation)).total();
  if (found != committed)
    return "committed " + std::to_string(committed) + ", found " + std::to_string(found);
  return {};
}

TEST_F(LedgerWriter, KeepsCommittedRowsTrueWhenTheDiskFillsUp) {
  const auto disk = directory / "disk";
  std::filesystem::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=2m") != 0)
    GTEST_SKIP() << "may not mount a small disk";
  std::string complaint;
  try {
    complaint = write_until_full(disk + "/jobs.ledger", "the disk is full");
  } catch (const std::exception& e) {
    complaint = e.what();
  }
  EXPECT_EQ(complaint, "");
  EXPECT_EQ(::umount(disk.c_str()), 0);
}

TEST_F(LedgerWriter, KeepsCommittedRowsTrueWhenTheDiskBreaks) {
  const auto child = ::fork();
  if (child == 0) {
    // Writes past this size fail, as on a broken disk.
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1'500'000, 1'500'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto complaint = write_until_full(path, "could not be read or written");
    if (!complaint.empty()) std::fprintf(stderr, "%s\n", complaint.c_str());
    ::_exit(complaint.empty() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace pawl::ledger

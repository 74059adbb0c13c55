// The writer when something is taken away: the disk, its space, the process, those who wait.
#include "tests/unit/ledger/ledger_writer_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::ledger {
namespace {

using namespace testing;

class LedgerWriterFailures : public ledger_writer_test {};

TEST_F(LedgerWriterFailures, StopsAtTheFirstFailureAndSaysSo) {
  auto made = begin(path, 10);
  ledger_writer writer{context, made.file, made.generation, made.run, options};
  status drained;
  run(context, put_and_drain(writer, 1, 5, drained));
  EXPECT_TRUE(drained);
  writer.put(applied(6));
  writer.put(applied(5));  // a second outcome
  run(context, only_drain(writer, drained));
  EXPECT_FALSE(drained);
  ASSERT_FALSE(writer.health());
  EXPECT_EQ(writer.health().error().kind, failure_kind::mend);
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

TEST_F(LedgerWriterFailures, StopsWhereTheLedgerIsGone) {
  options.look_every = duration::zero();
  for (const auto* ending : {"", "-wal", "-shm"}) {
    const auto gone = directory / (std::string{"no"} + ending + ".ledger");
    auto made = begin(gone, 10);
    std::optional<ledger_writer> writer;
    writer.emplace(context, made.file, made.generation, made.run, options);
    status drained;
    run(context, put_and_drain(*writer, 1, 3, drained));
    ASSERT_TRUE(drained);
    std::filesystem::remove(gone + ending);
    run(context, put_and_drain(*writer, 4, 4, drained));
    ASSERT_FALSE(drained) << ending;
    EXPECT_EQ(drained.error().kind, failure_kind::mend);
    EXPECT_NE(drained.error().what.find("was removed"), std::string::npos) << drained.error().what;
    EXPECT_FALSE(writer->health());
    const auto committed = writer->committed().total();
    EXPECT_EQ(committed, 3u);
    // What was committed is in the ledger after all, where it is the log alone that went.
    writer.reset();
    if (*ending == '\0') continue;
    {
      const auto closed = std::move(made.file);
    }
    EXPECT_EQ(must(must(database::open(gone, SQLITE_OPEN_READONLY))->ask("SELECT count(*) FROM job")),
              static_cast<std::int64_t>(committed));
  }
}

TEST_F(LedgerWriterFailures, TellsThatItCouldNotStart) {
  auto made = begin(path, 10);
  ledger_writer writer{context, made.file, made.generation + 5, made.run, options};
  status drained;
  writer.put(applied(1));
  run(context, only_drain(writer, drained));
  EXPECT_FALSE(drained);
}

TEST_F(LedgerWriterFailures, AnswersThoseWhoWaitWhenItIsDestroyed) {
  auto made = begin(path, 10);
  options.max_age = std::chrono::hours{1};
  std::optional<ledger_writer> writer;
  writer.emplace(context, made.file, made.generation, made.run, options);
  status drained, committed;
  // Spawned and started, and destroyed before the answer of the disk can be read.
  asio::co_spawn(context, commit_one(*writer, 1, {}, committed), [](const std::exception_ptr&) {});
  asio::co_spawn(context, put_and_drain(*writer, 1, 3, drained), [](const std::exception_ptr&) {});
  asio::post(context, [&] { writer.reset(); });
  context.run();
  const auto rows = ask("SELECT count(*) FROM job");
  EXPECT_EQ(static_cast<bool>(drained), rows == 3);
  EXPECT_EQ(static_cast<bool>(committed), ask("SELECT count(*) FROM intent") == 1);
}

TEST_F(LedgerWriterFailures, WaitsForTheDiskAlsoWhenCancelled) {
  auto made = begin(path, 10);
  options.max_age = std::chrono::hours{1};
  ledger_writer writer{context, made.file, made.generation, made.run, options};
  EXPECT_TRUE(writer.put(applied(1)));
  asio::cancellation_signal signal;
  status drained{failure{}};
  bool ended = false;
  asio::co_spawn(
      context, only_drain(writer, drained),
      asio::bind_cancellation_slot(signal.slot(), [&](const std::exception_ptr&) { ended = true; }));
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

TEST_F(LedgerWriterFailures, LosesNothingCommittedToAKill) {
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
    std::uint64_t next = 1;
    for (; writer.health() && next < 1'000'000; next += 1000) {
      status drained;
      run(context, put_and_drain(writer, next, next + 999, drained));
    }
    if (writer.health()) return "a million rows went in";
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

TEST_F(LedgerWriterFailures, KeepsCommittedRowsTrueWhenTheDiskFillsUp) {
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

TEST_F(LedgerWriterFailures, KeepsCommittedRowsTrueWhenTheDiskBreaks) {
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

// Something is wrong with the ledger: the run stops at once, says what to do, what is committed stays true,
// and after mending the same command goes on.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>

#include <sys/mount.h>

namespace pawl::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

// A small disk of the test's own; needs the right to mount.
class small_disk {
 public:
  explicit small_disk(const char* size) {
    mounted_ =
        ::mount("tmpfs", place_.path().c_str(), "tmpfs", 0, ("size=" + std::string{size}).c_str()) == 0;
    if (!mounted_) why_ = std::strerror(errno);
  }
  ~small_disk() {
    if (mounted_) ::umount2(place_.path().c_str(), MNT_DETACH);
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  bool is_there() const { return mounted_; }
  const std::string& why_not() const { return why_; }
  void remount(unsigned long flags, const char* size) {
    ASSERT_EQ(::mount("tmpfs", place_.path().c_str(), "tmpfs", MS_REMOUNT | flags,
                      ("size=" + std::string{size}).c_str()),
              0)
        << std::strerror(errno);
  }
  std::string operator/(const char* name) const { return (place_ / name).string(); }

 private:
  temp_dir place_;
  bool mounted_ = false;
  std::string why_;
};

class ledger_stress : public ::testing::Test {
 protected:
  static constexpr int rows = 2000;
  ledger_stress() { input_ = workspace_.input("jobs.csv", to_csv(jobs_)); }

  std::vector<std::string> command(const std::string& ledger) const {
    return {"run",         input_.string(), "--ledger",  ledger,   "--rate",        "unlimited",
            "--read-rate", "unlimited",     "--summary", "s.json", "--concurrency", "8"};
  }
  std::string default_ledger() const { return input_.string() + ".ledger"; }
  void shell(const std::string& before, std::vector<std::string> arguments, child_result& result) {
    auto pawl = workspace_.command(std::move(arguments));
    auto options = pawl;
    options.program = "/bin/sh";
    options.arguments = {"-c", before + "; exec \"$0\" \"$@\"", pawl.program.string()};
    options.arguments.insert(options.arguments.end(), pawl.arguments.begin(), pawl.arguments.end());
    result = run_child(options);
  }
  // Every row that the ledger calls applied was applied, and the same command does the rest.
  void expect_truth_then_finish(const std::string& ledger) {
    const auto truth = sandbox_.truth(sandbox_process::threads::only_changed);
    const auto& threads = truth.at("threads").as_object();
    for (const auto& row : sqlite_query(ledger, "select id from job where outcome = 'applied'"))
      EXPECT_TRUE(threads.contains(row[0])) << row[0] << " is recorded and was never written";
    EXPECT_LT(std::stoi(sqlite_value(ledger, "select count(*) from job")), rows);
    EXPECT_EQ(sqlite_value(ledger, "pragma integrity_check"), "ok");
    const auto last = workspace_.run(command(ledger));
    EXPECT_EQ(last.exit_code, 0) << last.errors;
    EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome = 'applied'"),
              std::to_string(rows));
  }
  void expect_stopped(const child_result& run, int code, const char* said, const char* remedy) {
    EXPECT_EQ(run.exit_code, code) << run.errors;
    EXPECT_THAT(run.errors, HasSubstr(said));
    EXPECT_THAT(run.errors, HasSubstr(remedy));
    EXPECT_EQ(number(read_summary(workspace_.files() / "s.json"), "exit_code"), code);
  }
  std::int64_t writes() const { return number(sandbox_.totals(), "writes"); }

  sandbox_process sandbox_{{"--threads", std::to_string(rows), "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
  std::vector<thread_job> jobs_ = make_jobs(rows);
  std::filesystem::path input_;
};

TEST_F(ledger_stress, AFullDiskStopsTheRunAndRoomLetsItGoOn) {
  small_disk disk{"700k"};
  if (!disk.is_there()) GTEST_SKIP() << "NOT TESTED: no right to mount a small disk: " << disk.why_not();
  const auto ledger = disk / "jobs.ledger";
  const auto run = workspace_.run(command(ledger));
  expect_stopped(run, 4, "the disk is full", "free some space");
  EXPECT_EQ(read_summary(workspace_.files() / "s.json").at("stop_reason"), "ledger");
  EXPECT_GT(writes(), 0);
  EXPECT_LT(writes(), rows) << "it did not stop at once";
  disk.remount(0, "64m");
  expect_truth_then_finish(ledger);
}

// A file that may not grow any more fails with an I/O error, as a broken disk does.
TEST_F(ledger_stress, AnIoErrorStopsTheRunAndMendingLetsItGoOn) {
  child_result run;
  shell("ulimit -f 600", command(default_ledger()), run);  // in blocks of 512 bytes
  expect_stopped(run, 4, "the disk could not be read or written", "check the disk");
  EXPECT_GT(writes(), 0);
  EXPECT_LT(writes(), rows) << "it did not stop at once";
  expect_truth_then_finish(default_ledger());
}

TEST_F(ledger_stress, APlaceThatCannotBeWrittenIsToldBeforeAnythingIsSent) {
  small_disk disk{"4m"};
  if (!disk.is_there()) GTEST_SKIP() << "NOT TESTED: no right to mount a disk: " << disk.why_not();
  const auto ledger = disk / "jobs.ledger";
  disk.remount(MS_RDONLY, "4m");
  const auto run = workspace_.run(command(ledger));
  EXPECT_THAT(run.exit_code, AnyOf(2, 4)) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("Read-only file system"));
  EXPECT_THAT(run.errors, HasSubstr("--ledger"));
  EXPECT_EQ(writes(), 0);
  disk.remount(0, "64m");
  EXPECT_EQ(workspace_.run(command(ledger)).exit_code, 0);
}

TEST_F(ledger_stress, ALedgerOfANewerSchemaIsRefusedBeforeAnythingIsSent) {
  auto limited = command(default_ledger());
  limited.insert(limited.end(), {"--limit", "5"});
  EXPECT_EQ(workspace_.run(limited).exit_code, 3);
  const auto set_version = [&](int version) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(default_ledger().c_str(), &raw), SQLITE_OK);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> db{raw, sqlite3_close};
    const auto sql = "pragma user_version = " + std::to_string(version);
    ASSERT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  };
  const auto before = writes();
  const int ledger_version = std::stoi(sqlite_value(default_ledger(), "pragma user_version"));
  set_version(99);
  expect_stopped(workspace_.run(command(default_ledger())), 2, "schema version 99",
                 "use the pawl that wrote it");
  EXPECT_EQ(writes(), before);
  set_version(ledger_version);
  expect_truth_then_finish(default_ledger());
}

TEST_F(ledger_stress, ADamagedLedgerIsToldBeforeAnythingIsSent) {
  auto limited = command(default_ledger());
  limited.insert(limited.end(), {"--limit", "700"});
  EXPECT_EQ(workspace_.run(limited).exit_code, 3);
  const auto whole = read_file(default_ledger());
  const auto before = writes();
  {
    std::fstream file(default_ledger(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(whole.size() - 4096, '\xa5');
  }
  expect_stopped(workspace_.run(command(default_ledger())), 4, "the ledger is damaged", ".recover");
  EXPECT_EQ(writes(), before);
  write_file(default_ledger(), whole);
  expect_truth_then_finish(default_ledger());
}

TEST_F(ledger_stress, ALongReaderHoldsNoRunBack) {
  auto limited = command(default_ledger());
  limited.insert(limited.end(), {"--limit", "5"});
  EXPECT_EQ(workspace_.run(limited).exit_code, 3);
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open_v2(default_ledger().c_str(), &raw, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> reader{raw, sqlite3_close};
  ASSERT_EQ(sqlite3_exec(raw, "begin; select count(*) from job", nullptr, nullptr, nullptr), SQLITE_OK);

  auto part = command(default_ledger());
  part.insert(part.end(), {"--limit", "1200"});
  EXPECT_EQ(workspace_.run(part).exit_code, 3);
  const auto log = default_ledger() + "-wal";
  const auto size_of_log = [&] {
    std::error_code none;
    const auto size = std::filesystem::file_size(log, none);
    return none ? std::uintmax_t{0} : size;
  };
  // Kept for the reader: a few pages of 4 KiB for each commit, and a row has at most two commits.
  const auto pinned = size_of_log();
  EXPECT_LT(pinned, 1200u * 24 * 1024);
  // Its view of the ledger is the old one to the end.
  sqlite3_stmt* query = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(raw, "select count(*) from job", -1, &query, nullptr), SQLITE_OK);
  EXPECT_EQ(sqlite3_step(query), SQLITE_ROW);
  EXPECT_EQ(sqlite3_column_int(query, 0), 5);
  sqlite3_finalize(query);

  reader.reset();
  // Without a reader the log starts over every 1,000 pages (SQLite's wal_autocheckpoint), about 4 MiB: the
  // file that the reader left is used again.
  std::uintmax_t largest = 0;
  auto last = workspace_.start(command(default_ledger()));
  ASSERT_TRUE(wait_until(
      [&] {
        largest = std::max(largest, size_of_log());
        return !last.running();
      },
      std::chrono::seconds{120}))
      << last.errors();
  EXPECT_EQ(last.wait().code, 0) << last.errors();
  EXPECT_LT(largest, pinned + (1u << 20));
  const auto left = size_of_log();
  EXPECT_EQ(left, 0u) << "the log is gone once nobody reads";
  EXPECT_EQ(sqlite_value(default_ledger(), "select count(*) from job"), std::to_string(rows));
}

}  // namespace
}  // namespace pawl::test

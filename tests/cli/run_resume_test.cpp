// The same command again: after a kill, a signal, a limit, a finished run, a changed input.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <csignal>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::int64_t applied_so_far(const sandbox_process& sandbox) {
  return number(sandbox.totals(), "applied");
}

TEST(Resume, GoesOnWhereAKilledRunWas) {
  // 4 slots and 20 ms a reply: at most 200 writes a second.
  const sandbox_process sandbox{{"--threads", "300", "--write-limit", "100/1s", "--delay", "20ms"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(300);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto ledger = pawl_workspace::ledger_of(input);
  const std::vector<std::string> command{"run", input.string(), "--rate", "100/s", "--concurrency", "4"};
  // Those to be killed may write 200 rows in an hour, so none of them is over before that.
  auto to_be_killed = command;
  to_be_killed.insert(to_be_killed.end(), {"--rate", "200/1h"});
  std::string recorded;  // by the last kill
  for (const std::int64_t kill_at : {60, 150}) {
    auto run = workspace.start(to_be_killed);
    ASSERT_TRUE(wait_until([&] { return applied_so_far(sandbox) >= kill_at; })) << run.errors();
    run.kill();
    recorded = sqlite_value(ledger, "select group_concat(id) from job where outcome = 'applied'");
  }
  const auto run = workspace.run(command);
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("going on with the run of"));
  EXPECT_EQ(number(sandbox.totals(), "throttled_writes"), 0) << "in the whole story";
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome = 'applied'"), "300");
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from run"), "3");
  const auto truth = sandbox.truth();
  for (const auto& job : jobs) {
    const auto& thread = truth.at("threads").at(job.id);
    EXPECT_EQ(thread.at("status"), boost::json::value(job.status));
    EXPECT_EQ(thread.at("title"), boost::json::value(job.title));
    // What the ledger knew of at a kill is not sent again; how much that was is the machine's matter.
    if (recorded.find(job.id) != std::string::npos) {
      EXPECT_EQ(number(thread.as_object(), "applied"), 1) << job.id;
    }
  }
}

class signals : public ::testing::TestWithParam<int> {};

TEST_P(signals, DrainSayHowToResumeAndLeaveATrueLedger) {
  const sandbox_process sandbox{{"--threads", "500", "--limits", "off", "--delay", "50ms"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(500);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto command = [&](const char* rate) {
    return std::vector<std::string>{"run",         input.string(), "--rate",    rate,
                                    "--read-rate", "unlimited",    "--summary", "s.json"};
  };
  auto run = workspace.start(command("100/s"));
  ASSERT_TRUE(wait_until([&] { return applied_so_far(sandbox) >= 20; })) << run.errors();
  run.signal(GetParam());
  EXPECT_EQ(run.wait().code, 128 + GetParam()) << run.errors();
  EXPECT_THAT(run.errors(), HasSubstr("finishing what is on the wire"));
  EXPECT_THAT(run.errors(), HasSubstr("the same command goes on"));
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(summary.at("stop_reason"), "signal");
  EXPECT_EQ(number(summary, "exit_code"), 128 + GetParam());
  // Drained: every write that the server took has its outcome.
  EXPECT_EQ(number(summary, "applied"), applied_so_far(sandbox));
  EXPECT_EQ(number(summary, "applied") + number(summary, "pending"), 500);

  sandbox.configure(R"({"delay":"0s"})");
  EXPECT_EQ(workspace.run(command("unlimited")).exit_code, 0);
  EXPECT_TRUE(applied(sandbox, jobs));
}

INSTANTIATE_TEST_SUITE_P(Resume, signals, ::testing::Values(SIGINT, SIGTERM, SIGHUP));

// The words behind "where it stopped: ".
std::vector<std::string> told_command(const std::string& errors) {
  constexpr std::string_view mark = "this goes on where it stopped: pawl ";
  std::vector<std::string> words;
  const auto at = errors.find(mark);
  if (at == std::string::npos) return words;
  const auto from = at + mark.size();
  std::istringstream line(errors.substr(from, errors.find('\n', from) - from));
  for (std::string word; line >> word;) words.push_back(word);
  return words;
}

TEST(Resume, AStreamThatStoppedNamesTheCommandThatGoesOn) {
  const sandbox_process sandbox{{"--threads", "6", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  auto jobs = make_jobs(6);
  for (const auto* format : {"csv", "ndjson"}) {
    for (auto& job : jobs) job.title += format;
    const auto ledger = (workspace.files() / format).string() + ".ledger";
    auto piped = workspace.command(
        {"run", "-", "--summary", "-", "--format", format, "--ledger", ledger, "--limit", "2"});
    piped.input = format == std::string_view{"csv"} ? to_csv(jobs) : to_ndjson(jobs);
    const auto first = run_child(piped);
    EXPECT_EQ(first.exit_code, 3) << first.errors;
    auto command = told_command(first.errors);
    ASSERT_FALSE(command.empty()) << first.errors;
    EXPECT_EQ(command[1], ledger + ".input");
    const auto second = workspace.run(command);
    EXPECT_EQ(second.exit_code, 3) << second.errors;
    command = {"run", ledger + ".input", "--ledger", ledger, "--format", format};
    const auto third = workspace.run(command);
    EXPECT_EQ(third.exit_code, 0) << third.errors;
    EXPECT_EQ(sqlite_value(ledger, "select count(*) from generation"), "1");
  }
  const auto truth = sandbox.truth();
  for (const auto& job : jobs)
    EXPECT_EQ(truth.at("threads").at(job.id).at("title"), boost::json::value(job.title));
}

// A row that was written without a read, and whose outcome was lost, would look as if it needed no write.
TEST(Resume, ReadsFirstAsTheRunDidThatItGoesOnWith) {
  const sandbox_process sandbox{{"--threads", "6", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(6)));
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"run", input.string(), "--rate", "unlimited"};
    words.insert(words.end(), more.begin(), more.end());
    return workspace.run(words);
  };
  EXPECT_EQ(run({"--limit", "2", "--no-read-first"}).exit_code, 3);
  const auto refused = run({});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("read_first was false and is true"));
  EXPECT_THAT(refused.errors, HasSubstr("go on with the settings as they were"));
  EXPECT_EQ(run({"--no-read-first"}).exit_code, 0);
  // What is finished stays so, however it would be done now.
  const auto finished = run({});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.errors, HasSubstr("nothing is sent"));
}

TEST(Resume, AFreshStartIsNotStartedFreshAgain) {
  const sandbox_process sandbox{{"--threads", "6", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(6)));
  ASSERT_EQ(workspace.run({"run", input.string(), "--limit", "1"}).exit_code, 3);
  const auto fresh = workspace.run({"run", input.string(), "--limit", "1", "--fresh"});
  ASSERT_EQ(fresh.exit_code, 3) << fresh.errors;
  const auto command = told_command(fresh.errors);
  ASSERT_FALSE(command.empty()) << fresh.errors;
  EXPECT_THAT(command, Not(::testing::Contains("--fresh")));
  EXPECT_EQ(workspace.run(command).exit_code, 3);
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from generation"), "2");
}

TEST(Resume, OtherSettingsAreNamedWhereTheInputIsTheSame) {
  const sandbox_process sandbox{{"--threads", "6", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("ids.csv", "id\nthr_000001\nthr_000002\n");
  ASSERT_EQ(workspace.run({"run", input.string(), "--set", "title=a", "--limit", "1"}).exit_code, 3);
  const auto run = workspace.run({"run", input.string(), "--set", "title=b"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.errors,
              HasSubstr("with other settings and has 1 row left; what differs: --set was title=a and "
                        "is title=b; the file is the same"));
}

// A run with one write that is never answered.
struct stalled_run {
  sandbox_process sandbox{{"--threads", "5", "--limits", "off"}};
  pawl_workspace workspace{sandbox};
  child_process run = begin();

  child_process begin() {
    sandbox.configure(R"({"script":{"thr_000003":["stall"]}})");
    const auto input = workspace.input("jobs.csv", to_csv(make_jobs(5)));
    return workspace.start({"run", input.string(), "--summary", "s.json"});
  }
  void interrupt() {
    ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "writes") == 5; })) << run.errors();
    run.signal(SIGINT);
    ASSERT_TRUE(wait_until([&] { return run.errors().find("SIGINT") != std::string::npos; }));
  }
};

TEST(Resume, ASecondSignalStopsNow) {
  // Both would drain for 20 s; the one that is told later, and twice, is not to be the later one.
  stalled_run drains, stops;
  drains.interrupt();
  stops.interrupt();
  stops.run.signal(SIGINT);
  EXPECT_EQ(stops.run.wait().code, 130) << stops.run.errors();
  EXPECT_TRUE(drains.run.running()) << "it waits for the reply";
  const auto summary = read_summary(stops.workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 4);
  EXPECT_EQ(number(summary, "pending"), 1);
}

TEST(Resume, LimitTakesOnlyTheNextRows) {
  const sandbox_process sandbox{{"--threads", "10", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(10);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const std::vector<std::string> canary{"run", input.string(), "--limit", "4", "--summary", "s.json"};
  EXPECT_EQ(workspace.run(canary).exit_code, 3);
  EXPECT_EQ(applied_so_far(sandbox), 4);
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(summary.at("stop_reason"), "limit");
  EXPECT_EQ(number(summary, "pending"), 6);
  EXPECT_EQ(workspace.run(canary).exit_code, 3);
  EXPECT_EQ(workspace.run(canary).exit_code, 0);
  EXPECT_TRUE(applied(sandbox, jobs));
}

// A checkpoint is the place behind 65,536 rows: the last of them is before it.
TEST(Resume, TheRowBeforeACheckpointIsTakenToo) {
  constexpr int rows = 65'537;
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  std::string text = "id,title\nthr_000001,first\n";
  for (int n = 2; n < rows - 1; ++n) text += "t,done before\n";
  text += "thr_000002,last but one\nthr_000003,last\n";
  const auto input = workspace.input("jobs.csv", text);
  const std::vector<std::string> command{"run",       input.string(), "--rate",
                                         "unlimited", "--read-rate",  "unlimited"};
  auto first = command;
  first.insert(first.end(), {"--limit", "1"});
  EXPECT_EQ(workspace.run(first).exit_code, 3);
  {
    sqlite3* opened = nullptr;
    ASSERT_EQ(sqlite3_open(pawl_workspace::ledger_of(input).c_str(), &opened), SQLITE_OK);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db{opened, &sqlite3_close};
    ASSERT_EQ(sqlite3_exec(opened,
                           "insert into job_data (key, id, outcome, attempts, latency_us, finished_after)"
                           " with recursive n(i) as (select 2 union all select i + 1 from n where i < 65535)"
                           " select i, 't', 0, 1, 1, 1 from n",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
  }
  auto plan = command;
  plan[0] = "plan";
  plan.insert(plan.end(), {"--format", "ndjson"});
  const auto planned = workspace.run(plan);
  EXPECT_THAT(planned.output, HasSubstr("thr_000002"));
  const auto run = workspace.run(command);
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(sandbox.thread("thr_000002").at("title"), "last but one");
  EXPECT_EQ(sandbox.thread("thr_000003").at("title"), "last");
}

TEST(Resume, AFinishedInputSendsNothingAndExitsAsItDid) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,title\nthr_000001,new\nmissing,new\n");
  const std::vector<std::string> command{"run", input.string(), "--summary", "s.json"};
  EXPECT_EQ(workspace.run(command).exit_code, 1);
  const auto requests = number(sandbox.totals(), "requests");
  const auto again = workspace.run(command);
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.errors, HasSubstr("finished on"));
  EXPECT_EQ(number(sandbox.totals(), "requests"), requests);
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 1);
  EXPECT_EQ(number(summary, "refused"), 1);
  EXPECT_EQ(number(summary, "writes"), 0);

  auto once_more = command;
  once_more.emplace_back("--again");
  EXPECT_EQ(workspace.run(once_more).exit_code, 1);
  const auto second = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(second, "generation"), 2);
  EXPECT_EQ(number(second, "unchanged"), 1);
  EXPECT_EQ(number(sandbox.totals(), "applied"), 1);
}

TEST(Resume, AFinishedInputThatChangedIsANewGeneration) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
  EXPECT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  input = workspace.input("jobs.csv", "id,status\nthr_000002,done\n");
  const auto run = workspace.run({"run", input.string(), "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("a new generation starts"));
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "generation"), 2);
  EXPECT_EQ(sandbox.thread("thr_000002").at("status"), "done");
}

TEST(Resume, AnUnfinishedInputThatChangedIsRefusedUnlessFresh) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\nthr_000002,done\n");
  EXPECT_EQ(workspace.run({"run", input.string(), "--limit", "1"}).exit_code, 3);
  const auto requests = number(sandbox.totals(), "requests");

  const auto settings = workspace.run({"run", input.string(), "--set", "pain_level=LOW"});
  EXPECT_EQ(settings.exit_code, 2);
  EXPECT_THAT(settings.errors, HasSubstr("the file is the same"));

  input = workspace.input("jobs.csv", "id,status\nthr_000001,done\nthr_000003,done\n");
  const auto changed = workspace.run({"run", input.string(), "--summary", "s.json"});
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(changed.errors, HasSubstr("the file, not the settings"));
  EXPECT_THAT(changed.errors, HasSubstr("--fresh"));
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "pending"), 1);
  EXPECT_EQ(number(sandbox.totals(), "requests"), requests);

  const auto fresh = workspace.run({"run", input.string(), "--fresh"});
  EXPECT_EQ(fresh.exit_code, 0) << fresh.errors;
  EXPECT_EQ(sandbox.thread("thr_000003").at("status"), "done");
}

TEST(Resume, AnotherTargetIsRefusedWithBothNamed) {
  const sandbox_process rehearsal{{"--threads", "2", "--limits", "off"}};
  const sandbox_process real{{"--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{rehearsal};
  const auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
  EXPECT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  const auto run =
      workspace.run({"run", input.string(), "--base-url", real.base_url(), "--ca-file", real.ca_file()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.errors, HasSubstr(rehearsal.base_url()));
  EXPECT_THAT(run.errors, HasSubstr(real.base_url()));
  EXPECT_EQ(number(real.totals(), "requests"), 0);
}

TEST(Resume, AMistypedAddressDoesNotKeepTheLedger) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,title\nthr_000001,new\n");
  for (const char* typo : {"2", "3"}) {
    const auto run = workspace.run({"run", input.string(), "--base-url", sandbox.base_url() + typo});
    EXPECT_EQ(run.exit_code, 4) << run.errors;
    EXPECT_THAT(run.errors, HasSubstr("check api.base_url"));
    EXPECT_THAT(run.errors, HasSubstr("when that is mended, the same command goes on"));
  }
  const auto run = workspace.run({"run", input.string(), "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("the ledger is for this target from now on"));
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "applied"), 1);
}

TEST(Resume, AnotherInputInAFinishedLedgerIsNamed) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto first = workspace.input("first.csv", "id,title\nthr_000001,new\nthr_000099,new\n");
  EXPECT_EQ(workspace.run({"run", first.string()}).exit_code, 1);
  const auto finished = workspace.run({"run", first.string()});
  EXPECT_THAT(finished.errors, HasSubstr("--with-input --outcome refused"));
  const auto second = workspace.input("second.csv", "id,title\nthr_000002,new\n");
  const auto run =
      workspace.run({"run", second.string(), "--ledger", pawl_workspace::ledger_of(first).string()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("was " + first.string() + ": a new generation starts"));
}

TEST(Resume, GoingOnWithoutAPreconditionIsRefused) {
  const sandbox_process sandbox{{"--threads", "4", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,title\nthr_000001,n\nthr_000002,n\nthr_000003,n\n");
  const std::vector<std::string> command{"run", input.string(), "--limit", "1"};
  auto guarded = command;
  guarded.insert(guarded.end(), {"--only-if", "title=nobody has this"});
  const auto first = workspace.run(guarded);
  EXPECT_EQ(first.exit_code, 3) << first.errors;
  EXPECT_THAT(first.errors, HasSubstr("only if: title = \"nobody has this\" (every row)"));
  const auto bare = workspace.run(command);
  EXPECT_EQ(bare.exit_code, 2) << bare.errors;
  EXPECT_THAT(bare.errors, HasSubstr("only-if"));
  EXPECT_EQ(number(sandbox.totals(), "writes"), 0);
  EXPECT_EQ(workspace.run(guarded).exit_code, 3);
}

TEST(Resume, AKeyOfAnotherAccountIsRefusedWithBothNamed) {
  const pawl_workspace files;
  const auto input = files.input("jobs.csv", "id,status\nthr_000001,done\nthr_000002,done\n");
  std::string port;
  const auto run_against = [&](const sandbox_process& sandbox) {
    const pawl_workspace user{sandbox};
    return user.run({"run", input.string(), "--limit", "1"});
  };
  {
    const sandbox_process first{{"--threads", "2", "--limits", "off", "--workspace", "ws_first"}};
    port = std::to_string(first.port());
    EXPECT_EQ(run_against(first).exit_code, 3);
  }
  // The same place, another workspace behind it.
  const sandbox_process second{
      {"--threads", "2", "--limits", "off", "--workspace", "ws_second", "--port", port}};
  const auto run = run_against(second);
  EXPECT_EQ(run.exit_code, 2) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("ws_first"));
  EXPECT_THAT(run.errors, HasSubstr("ws_second"));
  EXPECT_EQ(number(second.totals(), "writes"), 0);
}

TEST(Resume, ASecondRunIsLockedOut) {
  const sandbox_process sandbox{{"--threads", "50", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(50)));
  auto first = workspace.start({"run", input.string(), "--rate", "1/h"});
  ASSERT_TRUE(wait_until([&] { return applied_so_far(sandbox) >= 1; })) << first.errors();
  // By the ledger.
  const auto second = workspace.run({"run", input.string(), "--summary", "s.json"});
  EXPECT_EQ(second.exit_code, 3);
  EXPECT_THAT(second.errors, HasSubstr(std::to_string(first.pid())));
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "exit_code"), 3);
  // By the key, with another ledger.
  const auto other = workspace.input("other.csv", to_csv(make_jobs(3)));
  const auto third = workspace.run({"run", other.string()});
  EXPECT_EQ(third.exit_code, 3);
  EXPECT_THAT(third.errors, HasSubstr(std::to_string(first.pid())));
  // Commands that send nothing are free.
  EXPECT_EQ(workspace.run({"check", input.string()}).exit_code, 0);
  EXPECT_EQ(workspace.run({"export", input.string() + ".ledger"}).exit_code, 0);
  first.signal(SIGTERM);
  EXPECT_EQ(first.wait().code, 143);
}

}  // namespace
}  // namespace pawl::test

// `pawl plan`: what a run would do, without a single write, held against the run that follows.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/thread_rows.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

// The lines of a plan as JSON.
std::vector<json::object> rows_of(const child_result& plan) {
  std::vector<json::object> rows;
  std::istringstream text(plan.output);
  for (std::string line; std::getline(text, line);) rows.push_back(json::parse(line).as_object());
  return rows;
}

std::int64_t count(const std::vector<json::object>& rows, std::string_view what) {
  return std::ranges::count_if(rows, [&](const json::object& r) { return r.at("what").as_string() == what; });
}

void expect_reads_only(const sandbox_process& sandbox) {
  for (const auto& request : sandbox.journal())
    EXPECT_EQ(request.at("method").as_string(), "GET") << json::serialize(request);
  EXPECT_EQ(number(sandbox.totals(), "writes"), 0);
}

// "about 1 min 05 s" in seconds, rounded up to a whole one.
int seconds_of(const std::string& plan) {
  const std::string before = "about ";
  const auto at = plan.find(before);
  if (at == std::string::npos) return -1;
  std::istringstream words{plan.substr(at + before.size())};
  int first = 0, second = 0;
  std::string unit;
  if (!(words >> first >> unit)) return -1;
  if (unit == "s,") return first;
  return unit == "min" && words >> second >> unit && unit == "s," ? first * 60 + second : -1;
}

// "..., if replies take 21 ms; ..."
int milliseconds_a_reply(const std::string& plan) {
  const std::string before = "if replies take ";
  const auto at = plan.find(before);
  return at == std::string::npos ? -1 : std::stoi(plan.substr(at + before.size()));
}

TEST(Plan, SaysForEachRowWhatTheRunThenDoes) {
  const sandbox_process sandbox{{"--threads", "100", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  std::string csv = "id,title,expect.status\n";
  for (int n = 1; n <= 100; ++n) {
    sandbox.edit(thread_id(n), R"({"status":"open","title":"before"})");
    if (n > 60) sandbox.edit(thread_id(n), R"({"title":"wanted"})");
    if (n > 90) sandbox.edit(thread_id(n), R"({"status":"done"})");
    csv += thread_id(n) + ",wanted,open\n";
  }
  csv += "nobody,wanted,open\n";
  const auto input = workspace.input("jobs.csv", csv);
  const auto plan = workspace.run({"plan", input.string(), "--format", "ndjson", "--read-rate", "unlimited"});
  EXPECT_EQ(plan.exit_code, 1) << "a missing row is a finding\n" << plan.errors;
  const auto rows = rows_of(plan);
  ASSERT_EQ(rows.size(), 101u);
  EXPECT_EQ(count(rows, "write"), 60);
  EXPECT_EQ(count(rows, "unchanged"), 30);
  EXPECT_EQ(count(rows, "skipped"), 10);
  EXPECT_EQ(count(rows, "missing"), 1);
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(rows[i].at("row").as_int64(), static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(rows[0].at("changes"), json::parse(R"({"title":{"old":"before","new":"wanted"}})"));
  expect_reads_only(sandbox);
  EXPECT_FALSE(std::filesystem::exists(pawl_workspace::ledger_of(input))) << "nor to the ledger";

  EXPECT_EQ(workspace
                .run({"run", input.string(), "--summary", "s.json", "--rate", "unlimited", "--read-rate",
                      "unlimited"})
                .exit_code,
            1);
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "writes"), 60);
  EXPECT_EQ(number(summary, "applied"), 60);
  EXPECT_EQ(number(summary, "unchanged"), 30);
  EXPECT_EQ(number(summary, "skipped"), 10);
  EXPECT_EQ(number(summary, "refused"), 1);
}

TEST(Plan, ItsPriceAndTimeAreThoseOfTheRun) {
  const sandbox_process sandbox{{"--threads", "119", "--limits", "observe", "--write-limit", "10/1s,30/5s",
                                 "--read-limit", "100/1s", "--delay", "20ms"}};
  const pawl_workspace workspace{sandbox};
  std::string csv = "id,title\n";
  for (int n = 1; n <= 119; ++n) {
    if (n % 13 < 2) sandbox.edit(thread_id(n), R"({"title":"wanted"})");
    csv += thread_id(n) + ",wanted\n";
  }
  const auto input = workspace.input("jobs.csv", csv);
  const std::vector<std::string> limits{"--rate", "30/5s", "--rate", "10/1s", "--read-rate", "100/1s"};
  auto words = std::vector<std::string>{"plan", input.string()};
  words.insert(words.end(), limits.begin(), limits.end());
  const auto plan = workspace.run(words);
  ASSERT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("100 writes at 30/5s and 10/s, up to 120 reads at 100/s"));
  expect_reads_only(sandbox);

  words = {"run", input.string(), "--summary", "s.json"};
  words.insert(words.end(), limits.begin(), limits.end());
  ASSERT_EQ(workspace.run(words).exit_code, 0);
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_NEAR(static_cast<double>(number(summary, "writes")), 100, 100 * 0.02);
  EXPECT_GE(number(summary, "reads"), 120)
      << "more where the machine was held up, and a read had become too old";
  // The 91st write may leave three windows after the first. The plan adds the replies that it waits for on
  // the way, each as long as it says itself: at most one for each window that it begins anew, with the first
  // question and the last answer. (How well a forecast agrees with the pacer is RunForecast's, in virtual
  // time; load only lengthens the run.)
  constexpr int least_s = 3 * 5, replies = 3 * 4 + 2;
  EXPECT_GE(seconds_of(plan.output), least_s) << plan.output;
  EXPECT_LE(seconds_of(plan.output), least_s + 1 + replies * milliseconds_a_reply(plan.output) / 1000)
      << plan.output;
  EXPECT_GE(summary.at("elapsed_s").to_number<double>(), least_s);
}

TEST(Plan, OfEightThousandRowsFitsOneScreen) {
  const sandbox_process sandbox{{"--threads", "8000", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  std::string csv = "id,status,snoozed_until,closed_loop,title,pain_level,company_id\n";
  for (int n = 1; n <= 8000; ++n) {
    const bool snoozed = n % 5 == 0;
    csv += thread_id(n) + (snoozed ? ",snoozed,2031-01-0" + std::to_string(n % 9 + 1) + "T00:00:00Z,,"
                                   : std::string{",done,,true,"});
    csv += "A title of its own " + std::to_string(n) + "," + (n % 2 == 0 ? "HIGH" : "LOW") + ",com_" +
           std::to_string(n % 300) + "\n";
  }
  const auto input = workspace.input("jobs.csv", csv);
  const auto plan = workspace.run({"plan", input.string(), "--read-rate", "unlimited"});
  ASSERT_EQ(plan.exit_code, 0) << plan.errors;
  std::istringstream text(plan.output);
  std::size_t lines = 0;
  for (std::string line; std::getline(text, line); ++lines) EXPECT_LE(line.size(), 120u) << line;
  EXPECT_LE(lines, 48u) << plan.output;
  EXPECT_THAT(plan.output, HasSubstr("8,000"));
  EXPECT_THAT(plan.output, HasSubstr("webhooks"));
  EXPECT_THAT(plan.output, HasSubstr("company_id also moves the thread's contact"));
  EXPECT_THAT(plan.output, HasSubstr("closed_loop: (not shown) -> true"));
  EXPECT_THAT(plan.output, HasSubstr("cannot be undone:"));
}

TEST(Plan, ItsFileOfWhatRemainsIsAnInputThatKeepsLaterEdits) {
  const sandbox_process sandbox{
      {"--threads", "40", "--limits", "off", "--tag", "tag_a=A", "--tag", "tag_b=B"}};
  const pawl_workspace workspace{sandbox};
  std::string csv = "id,status,add_tag_ids,_who\n";
  for (int n = 1; n <= 40; ++n) {
    sandbox.edit(thread_id(n), n <= 30 ? R"({"status":"open","tag_ids":["tag_a"]})"
                                       : R"({"status":"done","tag_ids":["tag_a","tag_b"]})");
    csv += thread_id(n) + ",done,tag_b,Ann\n";
  }
  const auto input = workspace.input("jobs.csv", csv);
  const auto todo = workspace.files() / "todo.ndjson";
  const auto plan = workspace.run({"plan", input.string(), "--out", todo.string()});
  ASSERT_EQ(plan.exit_code, 0) << plan.errors;
  std::istringstream lines(read_file(todo));
  std::string first;
  std::getline(lines, first);
  EXPECT_EQ(json::parse(first),
            json::parse(R"({"id":"thr_000001","patch":{"status":"done","add_tag_ids":["tag_b"]},)"
                        R"("expect":{"tag_ids":["tag_a"],"status":"open"},"_who":"Ann"})"));
  ASSERT_EQ(workspace.run({"check", todo.string()}).exit_code, 0);
  // Somebody edits two of them meanwhile.
  sandbox.edit("thr_000003", R"({"status":"snoozed","snoozed_until":"2031-01-01T00:00:00Z"})");
  sandbox.edit("thr_000004", R"({"tag_ids":[]})");
  const auto writes = number(sandbox.totals(), "writes");
  ASSERT_EQ(workspace.run({"run", todo.string(), "--rate", "unlimited", "--summary", "s.json"}).exit_code, 0);
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "rows"), 30);
  EXPECT_EQ(number(summary, "applied"), 28);
  EXPECT_EQ(number(summary, "skipped"), 2);
  EXPECT_EQ(number(sandbox.totals(), "writes") - writes, 28);
}

// A state that is left takes its date along.
TEST(Plan, ItsFileExpectsWhatAWriteChangesByTheWay) {
  const sandbox_process sandbox{{"--threads", "1", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  sandbox.edit("thr_000001", R"({"status":"snoozed","snoozed_until":"2031-01-01T00:00:00Z"})");
  const auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
  const auto todo = workspace.files() / "todo.ndjson";
  const auto plan = workspace.run({"plan", input.string(), "--out", todo.string()});
  ASSERT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(read_file(todo), HasSubstr(R"("snoozed_until":"2031)"));
  sandbox.edit("thr_000001", R"({"snoozed_until":"2032-01-01T00:00:00Z"})");
  ASSERT_EQ(workspace.run({"run", todo.string(), "--rate", "unlimited", "--summary", "s.json"}).exit_code, 0);
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "skipped"), 1);
}

TEST(Plan, AFileThatItCannotFinishIsNotThere) {
  const sandbox_process sandbox{{"--threads", "10", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\nthr_000002,done\n");
  const auto todo = workspace.files() / "todo.ndjson";
  write_file(todo, "old\n");
  sandbox.configure(R"({"outage":true})");
  const auto stopped =
      workspace.run({"plan", input.string(), "--out", todo.string(), "-o", "breaker.patience=1s"});
  EXPECT_EQ(stopped.exit_code, 3) << stopped.errors;
  EXPECT_EQ(read_file(todo), "old\n");
  EXPECT_EQ(workspace.run({"plan", input.string(), "--out", input.string()}).exit_code, 2)
      << "nor does it take the place of its input";
}

TEST(Plan, NamesContradictoryRowsAndPlansThemOneAfterTheOther) {
  const sandbox_process sandbox{{"--threads", "10", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  for (int n = 1; n <= 10; ++n) sandbox.edit(thread_id(n), R"({"status":"open","title":"t"})");
  const auto input = workspace.input("jobs.csv",
                                     "id,status,title\n"
                                     "thr_000001,done,\n"
                                     "thr_000002,done,\n"
                                     "thr_000001,,new\n"
                                     "thr_000001,open,\n"
                                     "thr_000002,done,\n");
  const auto plan = workspace.run({"plan", input.string()});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, ::testing::ContainsRegex("rows with the id of an earlier row +3\n"));
  EXPECT_THAT(plan.output, ::testing::ContainsRegex("want another value \\(the last row wins\\) +1\n"));
  EXPECT_THAT(plan.output, HasSubstr("row 4 (thr_000001) contradicts status in row 1"));
  EXPECT_THAT(plan.output, HasSubstr("4 writes at"));
  ASSERT_EQ(workspace.run({"run", input.string(), "--summary", "s.json"}).exit_code, 0);
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "writes"), 4);
  EXPECT_EQ(number(summary, "unchanged"), 1);
}

TEST(Plan, OfARunThatIsNotFinishedIsOfItsRest) {
  const sandbox_process sandbox{{"--threads", "50", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(50)));
  ASSERT_EQ(workspace.run({"run", input.string(), "--limit", "20", "--rate", "unlimited"}).exit_code, 3);
  const auto writes = number(sandbox.totals(), "writes");
  const auto before = read_file(pawl_workspace::ledger_of(input));
  const auto plan = workspace.run({"plan", input.string(), "--format", "ndjson"});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  const auto rows = rows_of(plan);
  ASSERT_EQ(rows.size(), 30u);
  EXPECT_EQ(rows.front().at("row").as_int64(), 21);
  EXPECT_THAT(plan.errors, HasSubstr("20 rows, left out: 20 applied"));
  EXPECT_EQ(number(sandbox.totals(), "writes"), writes);
  EXPECT_EQ(read_file(pawl_workspace::ledger_of(input)), before) << "the ledger is not touched";

  ASSERT_EQ(workspace.run({"run", input.string(), "--rate", "unlimited"}).exit_code, 0);
  const auto finished = workspace.run({"plan", input.string()});
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_THAT(finished.output, HasSubstr("50 rows, left out: 50 applied"));
  EXPECT_THAT(finished.output, ::testing::ContainsRegex("to write +0\n"));
  write_file(input, "id,status\nthr_000001,done\n");
  const auto limited = workspace.run({"plan", input.string(), "--format", "ndjson"});
  EXPECT_EQ(rows_of(limited).size(), 1u) << "a finished run of another input: this one is planned anew";
}

TEST(Plan, OfRowsThatFailedIsOfThese) {
  const sandbox_process sandbox{{"--threads", "10", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  sandbox.edit("thr_000002", R"({"deleted":404})");
  const auto input =
      workspace.input("jobs.csv", "id,title\nthr_000001,new\nthr_000002,new\nthr_000003,new\n");
  ASSERT_EQ(workspace.run({"run", input.string()}).exit_code, 1);
  sandbox.edit("thr_000002", R"({"deleted":false})");
  const auto plan = workspace.run({"plan", input.string(), "--retry", "refused", "--format", "ndjson"});
  const auto rows = rows_of(plan);
  ASSERT_EQ(rows.size(), 1u) << plan.errors;
  EXPECT_EQ(rows[0].at("row").as_int64(), 2);
}

TEST(Plan, AResourceThatCannotBeReadHoldsNobodyUp) {
  const sandbox_process sandbox{{"--threads", "30", "--limits", "off", "--read-script", "thr_000005=e500*",
                                 "--read-script", "thr_000007=garbage*"}};
  const pawl_workspace workspace{sandbox};
  std::string csv = "id,title\n";
  for (int n = 1; n <= 30; ++n) csv += thread_id(n) + ",wanted\n";
  const auto input = workspace.input("jobs.csv", csv);
  const auto todo = workspace.files() / "todo.ndjson";
  const auto plan = workspace.run({"plan", input.string(), "-o", "retry.base=10ms", "-o", "retry.cap=20ms",
                                   "--read-rate", "unlimited", "--out", todo.string()});
  EXPECT_EQ(plan.exit_code, 1) << plan.errors;
  EXPECT_THAT(plan.output, ::testing::ContainsRegex("to write +28\n"));
  EXPECT_THAT(plan.output, ::testing::ContainsRegex("unreadable +2 "));
  EXPECT_THAT(plan.output, HasSubstr("row 5 (thr_000005), row 7 (thr_000007)"));
  EXPECT_THAT(plan.output, HasSubstr("and, as they came, 2 rows that could not be read"));
  EXPECT_THAT(read_file(todo), HasSubstr(R"({"id":"thr_000005","patch":{"title":"wanted"}})"));
}

TEST(Plan, TellsWhatRidesWhatNobodyCanUndoAndWhatPeopleAreTold) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  sandbox.edit("thr_000001", R"({"status":"done"})");
  sandbox.edit("thr_000002", R"({"status":"open"})");
  const auto input = workspace.input("jobs.csv",
                                     "id,status,closed_loop,notify.slack\n"
                                     "thr_000001,done,true,\n"
                                     "thr_000002,done,true,\n"
                                     "thr_000003,,,true\n");
  const auto plan = workspace.run({"plan", input.string()});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("closed_loop goes with status only, which is as wanted: 1 row"));
  EXPECT_THAT(plan.output, HasSubstr("notify: what it sets off cannot be taken back (1 row)"));
  EXPECT_THAT(plan.output, HasSubstr("notify sends messages to Slack or by mail"));
  EXPECT_THAT(plan.output, HasSubstr("1 row must not be sent twice"));
  const auto forced = workspace.run({"plan", input.string(), "--force-unechoed"});
  EXPECT_THAT(forced.output, ::testing::ContainsRegex("to write +3\n"));
  EXPECT_THAT(forced.output, Not(HasSubstr("not sent:")));
}

TEST(Plan, RefusesWhatARunWouldRefuse) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto wrong = workspace.input("wrong.csv", "id,status\nthr_000001,nonsense\n");
  const auto refused = workspace.run({"plan", wrong.string()});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("wrong.csv:2: status"));
  EXPECT_TRUE(sandbox.journal().empty());
  const auto skipped = workspace.run({"plan", wrong.string(), "--skip-invalid"});
  EXPECT_EQ(skipped.exit_code, 1) << skipped.errors;
  EXPECT_THAT(skipped.output, HasSubstr("invalid, the row itself is wrong"));
  auto from_a_pipe = workspace.command({"plan", "-", "--input-format", "csv"});
  from_a_pipe.input = "id,status\nthr_000001,done\n";
  const auto piped = run_child(from_a_pipe);
  EXPECT_EQ(piped.exit_code, 0) << piped.errors;
  EXPECT_THAT(piped.output, HasSubstr("input:  stdin, 1 row"));
}

// Also a plan that is refused says in its summary what it was about.
TEST(Plan, RefusesASummaryAndAnOutputWhereSomethingElseGoes) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
  const auto both = workspace.run({"plan", input.string(), "--summary", "-"});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.errors, HasSubstr("--summary: standard output is where the plan goes"));
  EXPECT_THAT(both.output, HasSubstr("\"ledger\": \"" + pawl_workspace::ledger_of(input).string()));
  EXPECT_THAT(both.output, HasSubstr("\"target\": \"productlane https://"));
  const auto taken = workspace.run({"plan", input.string(), "--out", input.string()});
  EXPECT_EQ(taken.exit_code, 2);
  EXPECT_THAT(taken.errors, HasSubstr("is in use by this command: it is the input"));
  EXPECT_TRUE(sandbox.journal().empty());
}

TEST(Plan, KeepsToTheReadBudgetAndTheKeysLock) {
  const sandbox_process sandbox{{"--threads", "60", "--limits", "on", "--read-limit", "20/1s"}};
  const pawl_workspace workspace{sandbox};
  std::string csv = "id,title\n";
  for (int n = 1; n <= 60; ++n) csv += thread_id(n) + ",wanted\n";
  const auto input = workspace.input("jobs.csv", csv);
  const auto plan = workspace.run({"plan", input.string(), "--read-rate", "20/1s"});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_EQ(number(sandbox.totals(), "throttled_reads"), 0);
}

TEST(Plan, WithoutReadingEveryRowIsAWrite) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  sandbox.edit("thr_000001", R"({"title":"wanted"})");
  const auto input = workspace.input("jobs.csv", "id,title\nthr_000001,wanted\nthr_000002,wanted\n");
  const auto plan = workspace.run({"plan", input.string(), "--no-read-first"});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("nothing is read, and every row is written"));
  EXPECT_THAT(plan.output, HasSubstr("2 writes at"));
  EXPECT_EQ(sandbox.journal().size(), 1u) << "only whose key it is";
}

}  // namespace
}  // namespace pawl::test

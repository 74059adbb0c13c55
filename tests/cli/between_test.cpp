// `--between 22:00-06:00 --tz ZONE`: writes leave in these hours only.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <ctime>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

// "13:00-14:00" in UTC, of which the first hour begins so many hours from now.
std::string hours_ahead(int from, int to) {
  const auto hour = [](int ahead) {
    const auto at = std::chrono::system_clock::now() + std::chrono::hours{ahead};
    return std::chrono::duration_cast<std::chrono::hours>(at.time_since_epoch()).count() % 24;
  };
  const auto two_digits = [](auto n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two_digits(hour(from)) + ":00-" + two_digits(hour(to)) + ":00";
}

class between : public ::testing::Test {
 protected:
  sandbox_process sandbox_{{"--threads", "20", "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
  std::string input_ = workspace_.input("jobs.csv", to_csv(make_jobs(12))).string();
};

TEST_F(between, NothingIsSentOutsideAndTheSummarySaysWhenToComeAgain) {
  const auto now = std::chrono::system_clock::now();
  const auto run =
      workspace_.run({"run", input_, "--between", hours_ahead(2, 3), "--tz", "UTC", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 3) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("--between: writes leave " + hours_ahead(2, 3) +
                                    " (UTC), and the next hours begin at "));
  const auto summary = read_summary(workspace_.files() / "s.json");
  EXPECT_EQ(summary.at("stop_reason"), "outside_hours");
  const auto opens = std::chrono::floor<std::chrono::hours>(now) + 2h;
  const auto seconds = std::chrono::system_clock::to_time_t(opens);
  std::array<char, 32> text{};
  std::tm parts{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.000Z", ::gmtime_r(&seconds, &parts));
  EXPECT_EQ(summary.at("resume_at").as_string(), std::string{text.data()});
  EXPECT_EQ(number(sandbox_.totals(), "writes"), 0);
}

TEST_F(between, WithinTheHoursAllIsAsAlways) {
  const auto run = workspace_.run({"run", input_, "--between", hours_ahead(-1, 2), "--tz", "UTC"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("hours:  writes leave " + hours_ahead(-1, 2) + " (UTC)"));
}

TEST_F(between, TheZoneOfTheMachineHoldsWhereNoneIsNamed) {
  auto run = workspace_.command({"run", input_, "--between", hours_ahead(2, 3)});
  run.environment["TZ"] = "UTC";
  EXPECT_EQ(run_child(run).exit_code, 3);
  run.environment["TZ"] = "Nowhere/Lost";
  const auto lost = run_child(run);
  EXPECT_EQ(lost.exit_code, 2);
  EXPECT_THAT(lost.errors, HasSubstr("TZ: there is no time zone \"Nowhere/Lost\""));
  run.environment["TZ"] = "Etc/GMT-2";  // two hours ahead of UTC, in spite of the sign
  EXPECT_EQ(run_child(run).exit_code, 0);
}

// Of some 160 writes at 60 a minute, 60 to 80 fit into a minute of a day.
TEST_F(between, ARunOfSeveralDaysIsRehearsed) {
  std::string rows = "id,status\n";
  for (int i = 1; i <= 300; ++i) rows += "thr_" + std::to_string(1'000'000 + i).substr(1) + ",done\n";
  const auto done = workspace_.run({"rehearse", workspace_.input("many.csv", rows).string(), "--times", "2",
                                    "--between", "03:00-03:01", "--tz", "Europe/Berlin", "--format", "json"});
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  const auto all = json::parse(done.output);
  for (const auto& end : all.at("rehearsals").as_array()) {
    EXPECT_EQ(end.at("pending"), 0);
    EXPECT_GE(end.at("starts").as_int64(), 3);
    EXPECT_LE(end.at("starts").as_int64(), 5);
    EXPECT_GT(end.at("elapsed_s").to_number<double>(), 86'400.0);
  }
}

struct refused_hours {
  std::vector<std::string> flags;
  const char* said;
};

TEST_F(between, RefusesWhatAreNoHours) {
  for (const auto& one : std::vector<refused_hours>{
           {{"--between", "22-6"}, "--between: \"22-6\" are no hours of a day; write it as 22:00-06:00"},
           {{"--between", "06:00-06:00"}, "--between: \"06:00-06:00\" is never or always"},
           {{"--between", "22:00-06:00", "--tz", "Berlin"}, "--tz: there is no time zone \"Berlin\""},
           {{"--between", "22:00-06:00", "--tz", ""}, "--tz: there is no time zone \"\""},
           {{"--tz", "Europe/Berlin"}, "--tz: stands without --between"},
       }) {
    std::vector<std::string> words{"run", input_};
    words.insert(words.end(), one.flags.begin(), one.flags.end());
    const auto run = workspace_.run(words);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.errors, HasSubstr(one.said));
  }
  EXPECT_EQ(number(sandbox_.totals(), "requests"), 0);
}

}  // namespace
}  // namespace pawl::test

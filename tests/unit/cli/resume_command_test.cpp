#include "cli/render/resume_command.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::cli {
namespace {

std::string of_copy(const std::vector<std::string>& arguments, const std::string& input = "-") {
  return resume_command({arguments, input, "l.ledger.input", "l.ledger", input::file_format::ndjson});
}

TEST(ResumeCommand, NamesTheCopyInThePlaceOfStandardInput) {
  EXPECT_EQ(of_copy({"run", "-", "--format", "ndjson", "--ledger", "l.ledger"}),
            "pawl run l.ledger.input --format ndjson --ledger l.ledger");
  EXPECT_EQ(of_copy({"run", "--summary", "-", "--yes", "-", "--format=csv", "--set", "title=a b"}),
            "pawl run --summary - --yes l.ledger.input --format=ndjson --set 'title=a b' --ledger l.ledger");
  EXPECT_EQ(of_copy({"run", "-v", "/dev/fd/63", "--fresh", "-o", "ledger.path=l.ledger"}, "/dev/fd/63"),
            "pawl run -v l.ledger.input -o ledger.path=l.ledger --format ndjson");
}

TEST(ResumeCommand, SaysTheFormatOfTheFileThatItNames) {
  EXPECT_EQ(of_copy({"run", "-", "--format", "csv", "--ledger", "l.ledger", "--allow-open-end"}),
            "pawl run l.ledger.input --format ndjson --ledger l.ledger --allow-open-end");
  EXPECT_EQ(of_copy({"run", "--allow-open-end", "-", "--format", "csv", "--ledger", "l.ledger"}),
            "pawl run --allow-open-end l.ledger.input --format ndjson --ledger l.ledger");
}

TEST(ResumeCommand, LeavesOutWhatWouldStartAnew) {
  EXPECT_EQ(resume_command({{"run", "j.csv", "--fresh", "--rate", "1/s"}, "j.csv", "", "j.csv.ledger"}),
            "pawl run j.csv --rate 1/s");
  EXPECT_EQ(resume_command({{"run", "--again", "j.csv"}, "j.csv", "", "j.csv.ledger"}), "pawl run j.csv");
  EXPECT_EQ(resume_command({{"run", "j.csv"}, "j.csv", "", "j.csv.ledger"}), "");
}

TEST(ResumeCommand, NamesFilesThatBeginWithADash) {
  const resumption piped{{"run", "--format", "ndjson", "-o", "ledger.path=-l", "--", "-"},
                         "-",
                         "-l.input",
                         "-l",
                         input::file_format::ndjson};
  EXPECT_EQ(resume_command(piped), "pawl run --format ndjson -o ledger.path=-l -- ./-l.input");
  auto unnamed = piped;
  unnamed.arguments = {"run", "--", "-"};
  EXPECT_EQ(resume_command(unnamed), "pawl run --ledger ./-l --format ndjson -- ./-l.input");
}

TEST(FreshCommand, SaysFreshWhereFlagsStand) {
  EXPECT_EQ(fresh_command({{"run", "j.csv", "--rate", "1/s"}, "j.csv", "", "l"}),
            "pawl run j.csv --rate 1/s --fresh");
  EXPECT_EQ(fresh_command({{"run", "--again", "--ledger", "l", "--format", "csv", "--", "-"},
                           "-",
                           "l.input",
                           "l",
                           input::file_format::csv}),
            "pawl run --ledger l --format csv --fresh -- l.input");
}

TEST(VerifyCommand, HasTheTargetOfTheRun) {
  EXPECT_EQ(command_to_verify({{"run", "j.csv"}, "j.csv", "", "j k.ledger"}), "pawl verify 'j k.ledger'");
  EXPECT_EQ(command_to_verify(
                {{"run", "j.csv", "--set", "--profile", "--profile", "p.toml", "--yes", "--base-url=u", "-o",
                  "retry.cap=1s", "--ledger", "l", "--proxy", "http://me:secret@p:1", "--", "-j"},
                 "-j",
                 "",
                 "-l"}),
            "pawl verify ./-l --profile p.toml --base-url=u -o retry.cap=1s --proxy 'http://***@p:1'");
}

TEST(ResumeCommand, KeepsTheSecretsOfUrlsToItself) {
  EXPECT_EQ(
      resume_command({{"run", "j.csv", "--again", "--proxy", "http://me:se'cret@p:1"}, "j.csv", "", "l"}),
      "pawl run j.csv --proxy 'http://***@p:1'");
  EXPECT_EQ(resume_command({{"run", "j.csv", "--again", "--proxy=me:secret@p:1"}, "j.csv", "", "l"}),
            "pawl run j.csv '--proxy=***@p:1'");
  for (const std::string setting : {"proxy=http://", "api.base_url=https://"}) {
    EXPECT_EQ(
        resume_command({{"run", "j.csv", "--again", "-o", setting + "me:secret@p:1"}, "j.csv", "", "l"}),
        "pawl run j.csv -o '" + setting + "***@p:1'");
    EXPECT_EQ(
        resume_command({{"run", "j.csv", "--again", "-o" + setting + "me:secret@p:1"}, "j.csv", "", "l"}),
        "pawl run j.csv '-o" + setting + "***@p:1'");
  }
  const std::string data = "link=https://me:you@example.com/?a=b";
  EXPECT_EQ(resume_command({{"run", "j.csv", "--again", "--set", data}, "j.csv", "", "l"}),
            "pawl run j.csv --set '" + data + "'");
}

TEST(RetryCommand, TakesTheFailedRowsAgain) {
  const std::vector<outcome> failed{outcome::refused, outcome::failed};
  EXPECT_EQ(retry_command({{"run", "j.csv", "--rate", "1/s"}, "j.csv", "", "j.csv.ledger"}, failed),
            "pawl run j.csv --rate 1/s --retry refused,failed");
  EXPECT_EQ(retry_command({{"run", "--retry", "unknown", "--again", "j k.csv"}, "j k.csv", "", "l"}, failed),
            "pawl run 'j k.csv' --retry refused,failed");
  EXPECT_EQ(
      retry_command({{"run", "--retry=unknown", "--", "-j.csv"}, "-j.csv", "", "l"}, {outcome::mismatch}),
      "pawl run --retry mismatch -- -j.csv");
  EXPECT_EQ(retry_command({{"run", "-", "--format", "ndjson", "--ledger", "l.ledger"},
                           "-",
                           "l.ledger.input",
                           "l.ledger",
                           input::file_format::ndjson},
                          failed),
            "pawl run l.ledger.input --format ndjson --ledger l.ledger --retry refused,failed");
}

}  // namespace
}  // namespace pawl::cli

#include "cli/resume_command.hpp"

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

// Many rows in one request, at HubSpot's sandbox: each has an outcome of its own, and it is true.
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

constexpr int first_id = 101;

// Rows that give each contact a name of its own; `id_of` may name others.
std::string rows(int count, const std::function<std::string(int)>& id_of,
                 const std::function<std::string(int)>& stage_of) {
  std::string text = "id,firstname,lifecyclestage\n";
  for (int i = 0; i < count; ++i) text += id_of(i) + ",Name " + std::to_string(i) + "," + stage_of(i) + "\n";
  return text;
}

std::string usual_id(int i) {
  return std::to_string(first_id + i);
}
std::string usual_stage(int) {
  return "customer";
}

class batches : public ::testing::Test {
 protected:
  std::vector<std::string> command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(),
                     {"--profile", "hubspot-contacts", "-o", "vars.version=v3", "--base-url",
                      "https://localhost:" + std::to_string(sandbox_.port()), "--ca-file", sandbox_.ca_file(),
                      "--token-file", key_.string(), "-o", "limits.all=100000/s"});
    return arguments;
  }
  child_result pawl(std::vector<std::string> arguments) const {
    return workspace_.run(command(std::move(arguments)), std::chrono::seconds{100});
  }
  std::int64_t total(const char* name) const { return sandbox_.totals().at(name).to_number<std::int64_t>(); }
  // How many rows ended so.
  static std::string ended(const std::filesystem::path& input, const std::string& how) {
    return sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from job where " + how);
  }
  // Rows whose outcome is not what the sandbox shows.
  int lies(const std::filesystem::path& input) const {
    const auto truth = sandbox_.truth();
    const auto& there = truth.at("resources").as_object();
    int count = 0;
    const auto listed =
        workspace_.run({"export", pawl_workspace::ledger_of(input).string(), "--format", "csv"});
    std::istringstream lines(listed.output);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      const auto row = line.substr(0, line.find(','));
      const auto id = line.substr(row.size() + 1, line.find(',', row.size() + 1) - row.size() - 1);
      const auto* contact = there.if_contains(id);
      const auto wanted = "Name " + std::to_string(std::stoi(row) - 1);
      const bool stands_there =
          contact != nullptr && contact->at("fields").at("firstname").as_string() == wanted;
      const bool says_so = line.find(",applied,") != std::string::npos;
      const bool says_nothing = line.find(",unknown,") != std::string::npos;
      if (!says_nothing && says_so != stands_there) ++count;
    }
    return count;
  }

  pawl_workspace workspace_;
  std::filesystem::path key_ = workspace_.input("key", "test-key-0123456789\n");
  std::filesystem::path seeds_ = workspace_.input("seeds.csv", rows(1000, usual_id, usual_stage));
  sandbox_process sandbox_{{"--api", "hubspot", "--key", "test-key-0123456789", "--seed-from",
                            seeds_.string(), "--limit", "TEN_SECONDLY_ROLLING=1000000/10s", "--limit",
                            "DAILY=100000000/1h"}};
};

TEST_F(batches, AHundredRowsCostOneReadAndOneWriteAsThePlanSays) {
  const auto input = workspace_.input("jobs.csv", rows(1000, usual_id, usual_stage));
  const auto plan = pawl({"plan", input.string()});
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("price:  10 writes"));
  EXPECT_THAT(plan.output, HasSubstr("11 reads"));
  EXPECT_EQ(total("reads"), 11) << "ten of a hundred rows, and whose the key is";
  const auto run = pawl({"run", input.string(), "--yes"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("writes: up to 10 of up to 100 rows each"));
  EXPECT_EQ(ended(input, "outcome = 'applied'"), "1000");
  EXPECT_EQ(total("writes"), 10);
  EXPECT_EQ(total("reads"), 22);
  EXPECT_EQ(lies(input), 0);
  // What is as wanted already costs no write.
  const auto again = pawl({"run", input.string(), "--yes", "--again"});
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_EQ(total("writes"), 10);
  EXPECT_EQ(total("reads"), 33);
}

TEST_F(batches, WhatIsMissingIsReadAloneAndRefusedByItself) {
  const auto some_missing = [](int i) { return i % 20 == 3 ? std::to_string(90'000'000 + i) : usual_id(i); };
  const auto input = workspace_.input("jobs.csv", rows(200, some_missing, usual_stage));
  const auto run = pawl({"run", input.string(), "--yes"});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  EXPECT_EQ(ended(input, "outcome = 'applied'"), "190");
  EXPECT_EQ(ended(input, "outcome = 'refused' and error_code = 'OBJECT_NOT_FOUND'"), "10");
  EXPECT_EQ(total("reads"), 1 + 2 + 10);
  EXPECT_LE(total("writes"), 3);
  EXPECT_EQ(lies(input), 0);
}

// HubSpot refuses a hundred rows for one that is not valid: halves find it.
TEST_F(batches, OneBadRowRefusesItselfAlone) {
  const auto one_bad = [](int i) { return i == 41 ? std::string{"nonsense"} : usual_stage(i); };
  const auto input = workspace_.input("jobs.csv", rows(100, usual_id, one_bad));
  const auto run = pawl({"run", input.string(), "--yes"});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  EXPECT_EQ(ended(input, "outcome = 'applied'"), "99");
  EXPECT_EQ(ended(input, "outcome = 'refused' and error_code = 'VALIDATION_ERROR' and row = 42"), "1");
  EXPECT_LE(total("writes"), 15) << "two for each of the seven halvings, and the first";
  EXPECT_EQ(lies(input), 0);
}

TEST_F(batches, TellTheTruthWhateverTheNetworkAndTheServerDo) {
  sandbox_.configure(
      R"({"faults":"fewer=0.1,cut=0.04,drop-after=0.04,drop-before=0.04,e500-after=0.04,e502=0.04,e503-retry-applied=0.03"})");
  const auto some_missing = [](int i) { return i % 20 == 3 ? std::to_string(90'000'000 + i) : usual_id(i); };
  const auto some_bad = [](int i) { return i % 197 == 5 ? std::string{"nonsense"} : usual_stage(i); };
  const auto input = workspace_.input("jobs.csv", rows(400, some_missing, some_bad));
  const std::vector<std::string> wanted{"run", input.string(),        "--yes", "-o", "retry.base=1ms",
                                        "-o",  "max_failures=1000000"};
  for (int kills = 0; kills < 3; ++kills) {
    const auto before = total("writes");
    auto killed = workspace_.start(command(wanted));
    wait_until([&] { return total("writes") > before + 3 || !killed.running(); });
    killed.kill();
  }
  child_result run;
  for (int tries = 0; tries < 5; ++tries) {
    run = pawl(wanted);
    if (run.exit_code != 3 && run.exit_code != 4) break;
  }
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  EXPECT_EQ(ended(input, "1"), "400") << "nothing is lost";
  EXPECT_EQ(lies(input), 0);
  EXPECT_LE(std::stoi(ended(input, "outcome = 'unknown'")), 20);
}

}  // namespace
}  // namespace pawl::test

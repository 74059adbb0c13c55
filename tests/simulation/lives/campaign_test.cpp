#include "tests/simulation/lives/campaign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::simulation {
namespace {

std::vector<std::string> trace_of(std::uint64_t seed, std::size_t rows) {
  std::vector<std::string> lines;
  campaign_options options;
  options.seed = seed;
  options.rows = rows;
  options.trace = [&lines](const std::string& line) { lines.push_back(line); };
  const auto report = run_campaign(options);
  for (const auto& finding : report.findings) lines.push_back(finding);
  return lines;
}

TEST(Campaign, TheSameSeedIsTheSameWorld) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_EQ(trace_of(seed, 120), trace_of(seed, 120));
  }
}

TEST(Campaign, ALedgerTellsTheTruthWhateverHappens) {
  std::size_t deaths = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    campaign_options options;
    options.seed = seed;
    options.rows = 100;
    options.rows_for_each_crash = 25;
    const auto report = run_campaign(options);
    EXPECT_EQ(report.findings, std::vector<std::string>{}) << "seed " << seed;
    deaths += report.deaths;
  }
  EXPECT_GT(deaths, 10u);
}

// A run of three minutes in a minute of each day, over a night in which the clocks are put forward.
TEST(Campaign, WritesKeepToTheirHours) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    campaign_options options;
    options.seed = seed;
    options.rows = 200;
    options.calm = seed % 2 == 0;
    options.rows_for_each_crash = seed % 2 == 0 ? 0 : 50;
    options.hours.emplace(*policy::parse_day_hours("02:30-02:31"), *time_zone::named("America/New_York"));
    const auto report = run_campaign(options);
    EXPECT_THAT(report.findings, ::testing::IsEmpty()) << seed;
    EXPECT_GT(report.lives, 2u) << seed << ": it does not fit into one day";
  }
}

}  // namespace
}  // namespace pawl::simulation

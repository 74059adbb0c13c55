#include "tests/simulation/rehearsal/rehearsal_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pawl::simulation {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

rehearsal_end an_end(std::uint64_t seed, duration took, std::uint64_t applied, int exit_code = 0) {
  rehearsal_end end;
  end.seed = seed;
  end.took = took;
  end.starts = 1;
  end.reads = 4;
  end.writes = applied;
  end.rows = 10;
  end.counts[outcome::applied] = applied;
  end.counts[outcome::unchanged] = 10 - applied;
  end.exit_code = exit_code;
  return end;
}

const rehearsed what{"jobs.csv", "mine", "generic"};

TEST(RehearsalTexts, ShowTheMiddleTheLeastAndTheMost) {
  EXPECT_THAT(rehearsal_lines(what, {an_end(4, 90s, 3), an_end(5, 30s, 9), an_end(6, 65s, 3)}),
              ElementsAre("jobs.csv, profile mine, 3 rehearsals against the model of generic, seeds 4 to 6",
                          "  time        1 min 05 s (30 s to 1 min 30 s)", "  reads       4",
                          "  writes      3 (3 to 9)", "  rows        10", "  applied     3 (3 to 9)",
                          "  unchanged   7 (1 to 7)"));
}

TEST(RehearsalTexts, NameWhatHappenedBesides) {
  auto killed = an_end(1, 1h, 10);
  killed.starts = 3;
  killed.throttled = 2;
  auto stopped = an_end(2, 1h, 8, 4);
  stopped.counts[outcome::unchanged] = 0;
  stopped.pending = 2;
  stopped.error = failure{failure_kind::mend, "key", "is not valid", ""};
  EXPECT_THAT(rehearsal_lines(what, {killed, stopped}),
              ElementsAre("jobs.csv, profile mine, 2 rehearsals against the model of generic, seeds 1 to 2",
                          "  time        1 h 00 min", "  reads       4", "  writes      8 (8 to 10)",
                          "  starts      1 (1 to 3)",
                          "  over limits 0 (0 to 2): the API allows less than the settings do",
                          "  rows        10", "  applied     8 (8 to 10)", "  pending     0 (0 to 2)",
                          "  stopped     1 of 2 (the first is seed 2): exit code 4, key: is not valid"));
}

TEST(RehearsalTexts, OneRehearsalHasNoSpread) {
  const auto lines = rehearsal_lines(what, {an_end(9, 2s, 10)});
  EXPECT_EQ(lines.front(), "jobs.csv, profile mine, 1 rehearsal against the model of generic, seed 9");
  EXPECT_EQ(lines.at(1), "  time        2 s");
}

TEST(RehearsalTexts, TheWorstEndDecidesTheExitCode) {
  struct row {
    std::vector<int> ends;
    int worst;
  };
  for (const auto& [codes, worst] : std::vector<row>{{{0}, 0},
                                                     {{0, 1}, 1},
                                                     {{1, 3, 0}, 3},
                                                     {{3, 2}, 2},
                                                     {{2, 4, 3}, 4},
                                                     {{0, 4}, 4},
                                                     {{0, 130}, 130}}) {
    std::vector<rehearsal_end> ends;
    for (const int code : codes) ends.push_back(an_end(1, 1s, 1, code));
    EXPECT_EQ(worst_exit_code(ends), worst);
  }
}

}  // namespace
}  // namespace pawl::simulation

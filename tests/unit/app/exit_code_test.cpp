#include "engine/app/exit_code.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace pawl::app {
namespace {

run_end ended(std::uint64_t applied, std::uint64_t refused, std::uint64_t pending) {
  run_end end;
  end.counts[outcome::applied] = applied;
  end.counts[outcome::refused] = refused;
  end.pending = pending;
  return end;
}

TEST(ExitCode, FollowsTheKindOfFailure) {
  EXPECT_EQ(exit_code(failure_kind::usage), 2);
  EXPECT_EQ(exit_code(failure_kind::later), 3);
  EXPECT_EQ(exit_code(failure_kind::mend), 4);
}

TEST(ExitCode, OfAFinishedRunTellsWhetherEveryRowIsASuccess) {
  EXPECT_EQ(exit_code(ended(3, 0, 0)), 0);
  EXPECT_EQ(exit_code(ended(0, 0, 0)), 0);
  EXPECT_EQ(exit_code(ended(3, 1, 0)), 1);
}

TEST(ExitCode, OfARunWithRowsLeftSaysLater) {
  EXPECT_EQ(exit_code(ended(3, 1, 5)), 3);
}

TEST(ExitCode, OfAnInterruptedRunIsTheSignals) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    auto end = ended(3, 0, 5);
    end.signal = number;
    EXPECT_EQ(exit_code(end), 128 + number);
    end.pending = 0;  // the drain did all that was left
    EXPECT_EQ(exit_code(end), 0);
  }
}

TEST(ExitCode, AnErrorToMendOutranksEverythingButLostRows) {
  auto end = ended(3, 0, 5);
  end.error = failure_kind::mend;
  end.signal = SIGINT;
  EXPECT_EQ(exit_code(end), 4);
  end.error = failure_kind::later;
  end.signal = 0;
  EXPECT_EQ(exit_code(end), 3);
  end = ended(3, 0, 0);
  end.conserved = false;
  EXPECT_EQ(exit_code(end), 4);
}

TEST(ExitCode, TwoPromisesThatNothingWasSent) {
  auto end = ended(0, 0, 5);
  end.error = failure_kind::usage;
  EXPECT_EQ(exit_code(end), 2);
  end.sent = true;
  EXPECT_EQ(exit_code(end), 4);
}

}  // namespace
}  // namespace pawl::app

#include "engine/policy/attempt_charges.hpp"

#include "tests/unit/policy/request_kinds.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace pawl::policy {
namespace {

using testing::read;
using testing::write;

// The events of a job as letters:
//   f  a write failed, no sign of an outage     F  the same of a read
//   o  a write failed, perhaps by an outage     O  the same of a read
//   t  a trial failed, answered                 s  a trial failed, in silence
//   T  a trial failed, and it is no sign of an outage
//   w  the pause is over                        !  an outage is confirmed
//   u  a read was understood
struct charged_job {
  step_options options;
  attempt_charges charges{options};
  std::uint64_t outages = 0;

  explicit charged_job(bool has_probe = true) {
    options.breaker_has_probe = has_probe;
    charges.begin(0);
    charges.see_outages(outages);
  }
  void see(std::string_view events) {
    for (const char c : events) {
      judgement j;
      j.outage = c == 'o' || c == 'O' || c == 't' || c == 's';
      if (c == '!') ++outages;
      // The breaker may confirm an outage while the job waits: its next event tells.
      if (c != '!') charges.see_outages(outages);
      if (c == 'w') charges.woke();
      if (c == 'u') charges.understood();
      if (c == 'f' || c == 'o') charges.failed(write, j, phase::answered, false);
      if (c == 'F' || c == 'O') charges.failed(read, j, phase::answered, false);
      if (c == 't' || c == 'T') charges.failed(write, j, phase::answered, true);
      if (c == 's') charges.failed(write, j, phase::maybe_applied, true);
    }
  }
};

TEST(AttemptCharges, CountFailuresThatNoOutageExplains) {
  struct {
    std::string_view events;
    bool has_probe;
    std::uint32_t writes, reads;
  } const rows[] = {
      {"", true, 0, 0},
      {"f", true, 1, 0},
      {"ff", true, 2, 0},
      {"F", true, 0, 1},
      {"fF", true, 1, 1},
      // What may be an outage counts when the pause is over.
      {"o", true, 0, 0},
      {"ow", true, 1, 0},
      {"owow", true, 2, 0},
      {"oww", true, 1, 0},
      {"Ow", true, 0, 1},
      // An outage wipes away what was before it, and what it was told with.
      {"ff!w", true, 0, 0},
      {"o!w", true, 0, 0},
      {"owow!f", true, 0, 0},
      {"owow!fwf", true, 1, 0},
      {"F!w", true, 0, 0},
      {"O!w", true, 0, 0},
      // The breaker's trials are free twice.
      {"tt", true, 0, 0},
      {"ttt", true, 1, 0},
      {"sss", true, 1, 0},
      {"ttt", false, 1, 0},
      {"ssss", false, 0, 0},  // silence is an outage where nothing else can be asked
      {"T", true, 1, 0},
      {"!wttt!wt", true, 1, 0},  // an outage does not make trials free again
      // A read that was understood ends the row of failed ones.
      {"FFu", true, 0, 0},
      {"FFuF", true, 0, 1},
      {"fu", true, 1, 0},
  };
  for (const auto& row : rows) {
    charged_job j(row.has_probe);
    j.see(row.events);
    EXPECT_EQ(j.charges.charged(write), row.writes) << row.events;
    EXPECT_EQ(j.charges.charged(read), row.reads) << row.events;
  }
}

TEST(AttemptCharges, AreUsedUpAtTheNumberOfAttempts) {
  charged_job j;
  j.see("fffff");
  EXPECT_FALSE(j.charges.are_used_up(write));
  j.see("f");
  EXPECT_TRUE(j.charges.are_used_up(write));
  EXPECT_FALSE(j.charges.are_used_up(read));
  j.charges.begin(0);
  EXPECT_FALSE(j.charges.are_used_up(write)) << "the next job";
}

TEST(AttemptCharges, TellAttemptsFromFailuresToConnect) {
  charged_job j;
  EXPECT_EQ(j.charges.not_sent(write), 1u);
  EXPECT_EQ(j.charges.not_sent(write), 2u);
  EXPECT_EQ(j.charges.not_sent(read), 1u);
  EXPECT_EQ(j.charges.sent(), 0u);
  j.charges.left(write);
  EXPECT_EQ(j.charges.sent(), 1u);
  EXPECT_EQ(j.charges.not_sent(write), 1u) << "in a row";
  EXPECT_EQ(j.charges.not_sent(read), 2u) << "each for itself";
  j.charges.left(read);
  EXPECT_EQ(j.charges.sent(), 1u) << "writes only";
  EXPECT_EQ(j.charges.not_sent(read), 1u);
  EXPECT_EQ(j.charges.charged(write) + j.charges.charged(read), 0u);
  j.charges.begin(1);
  EXPECT_EQ(j.charges.sent(), 1u) << "an earlier run has sent one";
}

TEST(AttemptCharges, AJobThatMeetsTheGateAThirdTimeWaitsByItself) {
  charged_job j;
  for (const std::uint32_t alone : {0, 0, 1, 2, 3}) EXPECT_EQ(j.charges.throttled(write), alone);
  EXPECT_EQ(j.charges.throttled(read), 0u) << "each for itself";
  j.charges.not_throttled(read);
  EXPECT_EQ(j.charges.throttled(write), 4u);
  j.charges.not_throttled(write);
  EXPECT_EQ(j.charges.throttled(write), 0u);
}

TEST(AttemptCharges, CountWhatIsOddOrNotReady) {
  charged_job j;
  EXPECT_EQ(j.charges.not_ready(), 1u);
  EXPECT_EQ(j.charges.not_ready(), 2u);
  EXPECT_FALSE(j.charges.is_odd_again());
  EXPECT_TRUE(j.charges.is_odd_again());
  j.charges.understood();
  EXPECT_FALSE(j.charges.is_odd_again());
  EXPECT_EQ(j.charges.not_ready(), 3u);
  j.charges.begin(0);
  EXPECT_FALSE(j.charges.is_odd_again());
  EXPECT_EQ(j.charges.not_ready(), 1u);
}

}  // namespace
}  // namespace pawl::policy

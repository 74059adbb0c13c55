// How long a row waits before it is sent again, and what it is when nobody sends it again.
#include "engine/policy/retry_policy.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace pawl::policy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Backoff, DoublesUpToTheCap) {
  const retry_options o;
  struct row {
    std::uint32_t attempt;
    bool after_5xx;
    duration ceiling;
  };
  const std::array table{
      row{0, false, milliseconds{250}},   row{1, false, milliseconds{250}}, row{2, false, milliseconds{500}},
      row{5, false, seconds{4}},          row{8, false, seconds{32}},       row{9, false, seconds{60}},
      row{10, false, seconds{60}},        row{1, true, seconds{1}},         row{6, true, seconds{32}},
      row{7, true, seconds{60}},          row{64, true, seconds{60}},       row{65, false, seconds{60}},
      row{0xffff'ffff, true, seconds{60}}};
  for (const auto& r : table) {
    EXPECT_EQ(backoff(o, r.attempt, r.after_5xx, 0.0), duration::zero());
    EXPECT_EQ(backoff(o, r.attempt, r.after_5xx, 0.5), r.ceiling / 2) << r.attempt;
    const auto most = backoff(o, r.attempt, r.after_5xx, std::nextafter(1.0, 0.0));
    EXPECT_LE(most, r.ceiling) << r.attempt;
    EXPECT_GE(most, r.ceiling - std::chrono::microseconds{1}) << r.attempt;
  }
}

TEST(Backoff, StaysWithinItsBoundsWhateverTheSettings) {
  const std::array<duration, 9> durations{duration::min(),
                                          duration{-1},
                                          duration::zero(),
                                          duration{1},
                                          duration{3},
                                          seconds{60},
                                          std::chrono::hours{24 * 365 * 100},
                                          duration::max() / 2 + duration{1},
                                          duration::max()};
  const std::array jitters{0.0,
                           0.25,
                           0.999999999999,
                           1.0,
                           2.0,
                           -1.0,
                           std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity()};
  for (const auto base : durations)
    for (const auto cap : durations)
      for (const auto jitter : jitters)
        for (const std::uint32_t attempt : {0U, 1U, 2U, 63U, 64U, 65U, 0xffff'ffffU}) {
          retry_options o;
          o.base = o.base_after_5xx = base;
          o.cap = cap;
          const auto wait = backoff(o, attempt, true, jitter);
          EXPECT_GE(wait, duration::zero());
          EXPECT_LE(wait, std::max(cap, duration::zero()));
        }
}

TEST(Exhausted, IsUnknownAsSoonAsOneAttemptMayHaveBeenApplied) {
  EXPECT_EQ(exhausted(false), outcome::failed);
  EXPECT_EQ(exhausted(true), outcome::unknown);
}

}  // namespace
}  // namespace pawl::policy

#include "engine/policy/key_life.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

constexpr time_point begun{1000h};

struct schedule_case {
  const char* name;
  std::optional<duration> life;
  std::uint32_t failures;
  duration tried, next;  // since it was asked for
};

TEST(KeyLife, IsRenewedAheadOfItsEndWhateverElseHappens) {
  const schedule_case cases[] = {
      {"a tenth of a short life ahead", 2s, 0, 0s, 1800ms},
      {"of ten minutes", 10min, 0, 0s, 9min},
      {"never more than a minute ahead", 1h, 0, 0s, 59min},
      {"of a day", 24h, 0, 0s, 24h - 1min},
      {"again a second later", 1h, 1, 59min, 59min + 1s},
      {"then two", 1h, 2, 59min + 1s, 59min + 3s},
      {"and so on", 1h, 5, 59min + 15s, 59min + 31s},
      {"but at its end in any case", 1h, 6, 59min + 31s, 1h},
      {"and a minute apart at most", 1h, 20, 2h, 2h + 1min},
      {"a short life: at its end", 2s, 1, 1900ms, 2s},
      {"beyond it the pause counts", 2s, 2, 2s, 4s},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const key_life life{begun, begun + *c.life};
    EXPECT_EQ(next_renewal(life, c.failures, begun + c.tried) - begun, c.next);
  }
}

TEST(KeyLife, WithoutAKnownEndIsNotRenewedByItself) {
  for (const std::uint32_t failures : {0u, 1u, 9u})
    EXPECT_EQ(next_renewal({begun, std::nullopt}, failures, begun + 1h), time_point::max());
  EXPECT_EQ(lead_of({begun, std::nullopt}), 0s);
}

}  // namespace
}  // namespace pawl::policy

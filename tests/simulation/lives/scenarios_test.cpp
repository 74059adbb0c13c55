#include "tests/simulation/lives/scenarios.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::simulation {
namespace {

// Of the moments of a kind only every so many are tried here; `pawl-sim --scenario all` tries them all.
constexpr std::uint64_t each_turn = 701, each_write = 31, each_sync = 13;

TEST(Scenarios, NoDeathMakesALedgerLie) {
  for (const auto& one : scenarios()) {
    const auto options = options_of(one.name, 1);
    for (const auto m : all_moments) {
      SCOPED_TRACE(std::string{one.name} + ", " + std::string{to_text(m)});
      const auto done = die_at_each(options, m,
                                    m == moment::turn    ? each_turn
                                    : m == moment::write ? each_write
                                                         : each_sync);
      EXPECT_GT(done.worlds, 0u);
      EXPECT_EQ(done.findings, std::vector<std::string>{});
    }
  }
}

}  // namespace
}  // namespace pawl::simulation

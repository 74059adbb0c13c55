// Small runs whose first lives end at each moment of a kind, one world for each: nothing is left to chance.
#pragma once

#include "tests/simulation/lives/campaign.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::simulation {

struct scenario {
  std::string_view name;
  void (*set)(campaign_options&);
};
const std::vector<scenario>& scenarios();
// Calm, and as the scenario has it. Throws std::runtime_error if there is none of that name.
campaign_options options_of(std::string_view name, std::uint64_t seed);

// The moments at which a program may die.
enum class moment : std::uint8_t { turn, before_sync, after_sync, write };
inline constexpr moment all_moments[]{moment::turn, moment::before_sync, moment::after_sync, moment::write};
std::string_view to_text(moment);

struct exhausted {
  std::size_t worlds = 0;
  std::vector<std::string> findings;  // each with its moment
};
// Kills at the 1st, 2nd, ... moment of the kind until there is none, and lets the power go out there too.
// `each`: only every so many of them.
exhausted die_at_each(campaign_options, moment, std::uint64_t each = 1);

}  // namespace pawl::simulation

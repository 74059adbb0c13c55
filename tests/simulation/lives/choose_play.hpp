// Which play a campaign lives: the one that its options name, else one that the seed chooses.
#pragma once

#include "tests/simulation/lives/campaign.hpp"
#include "tests/simulation/lives/play.hpp"
#include "tests/simulation/world/dice.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace pawl::simulation {

// All that there are, by name.
const std::vector<std::string_view>& play_names();
std::unique_ptr<play> choose_play(const campaign_options&, dice& choices);

}  // namespace pawl::simulation

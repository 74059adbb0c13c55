// What a ledger on the simulated disk would show of its rows after a power loss at this moment.
#pragma once

#include "tests/simulation/world/disk.hpp"

#include <cstddef>
#include <set>
#include <string>

namespace pawl::simulation {

// Of the newest generation.
struct rows_on_disk {
  std::set<std::size_t> with_intent, with_outcome;
};

// Nobody else notices. Throws std::runtime_error where there is no ledger.
rows_on_disk look_at_rows(disk&, const std::string& ledger);

}  // namespace pawl::simulation

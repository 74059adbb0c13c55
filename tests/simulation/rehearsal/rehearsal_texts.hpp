// What `pawl rehearse` prints. Pure.
#pragma once

#include "tests/simulation/rehearsal/rehearsal.hpp"

#include <string>
#include <vector>

namespace pawl::simulation {

// What the ends are of.
struct rehearsed {
  std::string input, profile, model;
};

// One text for each line. `ends` is not empty; each figure is shown as its middle one, with the least and the
// most behind it where they differ.
std::vector<std::string> rehearsal_lines(const rehearsed&, const std::vector<rehearsal_end>& ends);

// One object, in one line.
std::string rehearsal_json(const rehearsed&, const std::vector<rehearsal_end>& ends);

// That of the worst end: 4 before 2 before 3 before 1 before 0.
int worst_exit_code(const std::vector<rehearsal_end>& ends) noexcept;

}  // namespace pawl::simulation

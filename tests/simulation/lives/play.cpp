#include "tests/simulation/lives/play.hpp"

#include <fmt/format.h>

namespace pawl::simulation {

// Nobody else has written, so everything is as it was.
std::vector<std::string> play::judge_way_back(const standing_values& before, const standing_values& after,
                                              const std::set<std::string>& lost) const {
  std::vector<std::string> findings;
  for (const auto& [id, fields] : before)
    for (const auto& [name, was] : fields) {
      const auto& is = after.at(id).at(name);
      if (is != was && !lost.contains(id + '.' + name))
        findings.push_back(fmt::format("undo, {}: {} was {} and is {}", id, name, was, is));
    }
  return findings;
}

}  // namespace pawl::simulation

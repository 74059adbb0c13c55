// A value by which rows name their resource, and the resources that the API has for it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pawl {

struct matched_value {
  // More than two ids would tell nobody more (chosen).
  static constexpr std::size_t most_ids = 2;

  std::string value;             // as rows have it
  std::vector<std::string> ids;  // of the resource that has it; of the first two, if there are several

  bool is_one() const noexcept { return ids.size() == 1; }
  bool operator==(const matched_value&) const = default;
};

}  // namespace pawl

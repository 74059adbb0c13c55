// What `doctor` tells people. Pure.
#pragma once

#include "engine/app/doctor_findings.hpp"

#include <string>
#include <vector>

namespace pawl::cli {

// One line each: "ok    key      pl_v2_abcd... from PRODUCTLANE_API_KEY".
std::string doctor_text(const std::vector<app::finding>&);

}  // namespace pawl::cli

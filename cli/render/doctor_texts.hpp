// What `doctor` tells people. Pure.
#pragma once

#include "engine/app/doctor_findings.hpp"

#include <string>
#include <vector>

namespace pawl::cli {

// "ok    key      pl_v2_abcd... from PRODUCTLANE_API_KEY", a line each.
std::string doctor_text(const std::vector<app::finding>&);

}  // namespace pawl::cli

// What `pawl check-ledger` says to people. Pure.
#pragma once

#include "engine/app/check_ledger.hpp"
#include "engine/text/printable.hpp"

#include <string>
#include <vector>

namespace pawl::cli {

// One text for each line; what is wrong comes first, and a remedy last.
std::vector<std::string> soundness_lines(const std::string& ledger, const ledger::soundness&);

}  // namespace pawl::cli

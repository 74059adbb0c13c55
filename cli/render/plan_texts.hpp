// Writes what `plan` tells people: a plan of any size fits on one screen. Pure.
#pragma once

#include "cli/render/run_texts.hpp"
#include "config/settings.hpp"
#include "engine/app/plan.hpp"

namespace pawl::cli {

// Usually 15 to 40 lines, never more than 54, with at most 118 columns.
lines plan_lines(const app::plan_report&, const config::settings&);

}  // namespace pawl::cli

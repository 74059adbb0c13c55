// How a run sends, as its forecast must know it: one place, so that plan's price is that of the run. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/plan/run_forecast.hpp"
#include "engine/run/run_options.hpp"

namespace pawl::app {

// `read_first` may be another than that of the options. The reply time, and what was sent before, are left to
// the caller.
plan::forecast_options forecast_terms(const api::profile&, const run::run_options&, bool read_first);

}  // namespace pawl::app

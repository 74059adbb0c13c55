// Checks key, scopes, TLS, clock and limits. Makes one read, and a finding for each.
#pragma once

#include "engine/app/doctor_findings.hpp"
#include "engine/app/host.hpp"
#include "engine/app/options.hpp"
#include "engine/app/summary.hpp"
#include "engine/model/error.hpp"

#include <functional>
#include <vector>

namespace pawl::app {

// If `answer` fails, the use case ends with that failure.
result doctor(const options&, const host&, const std::function<status(const std::vector<finding>&)>& answer);

}  // namespace pawl::app

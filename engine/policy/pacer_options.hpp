#pragma once

#include "engine/model/rate.hpp"

#include <vector>

namespace pawl::policy {

// Of one class of requests.
struct pacer_options {
  // All hold together; empty: unlimited. Limits and lengths are above zero (config refuses others).
  std::vector<rate_window> windows;
  double reserve = 0.0;        // share left to others, 0..0.99: a limit of 60 with 0.2 is used as 48
  bool spread = false;         // space sends evenly instead of as early as the windows allow
  bool early_release = false;  // for APIs known to count on arrival
  // Windows that hold for reads and writes together: the same in the options of both classes.
  std::vector<rate_limit> shared = {};
  // Windows of one resource (each_limits), likewise. They do not hold here; what is kept must serve them too.
  std::vector<rate_limit> each = {};
};

}  // namespace pawl::policy

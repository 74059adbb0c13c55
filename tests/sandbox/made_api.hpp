// An API with its resources and its limits, as the options describe it.
#pragma once

#include "tests/sandbox/apis/vendor.hpp"
#include "tests/sandbox/options.hpp"
#include "tests/sandbox/state.hpp"

#include <memory>

namespace sandbox {

// Either the Productlane API with its threads, or another one.
struct made_api {
  std::unique_ptr<store> threads;
  std::unique_ptr<vendor> api;
};

// Throws std::runtime_error if there is no such API or its description cannot be read.
made_api make_api(const options&, time_us now);

// The API's limits, as the options change them. Throws std::runtime_error if they cannot be read.
limit_list limits_of(const options&, limit_list defaults);

}  // namespace sandbox

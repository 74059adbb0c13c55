// The shipped profile of Productlane, for tests of rooms that are given a profile.
#pragma once

#include "config/profile_loader.hpp"

namespace pawl::config::by_name {

inline const api::profile& productlane() {
  static const auto compiled = compile_profile(embedded_profile("productlane").value(), "productlane.toml");
  return compiled.value.value();
}

}  // namespace pawl::config::by_name

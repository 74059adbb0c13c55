// Decides where the key comes from: the environment, a file or a program.
#pragma once

#include "config/layers.hpp"
#include "config/settings.hpp"
#include "engine/model/error.hpp"

#include <vector>

namespace pawl::config {

// The strongest layer that names a source decides; two of one layer are a complaint that names both. Clears
// in the settings what does not count. Null: nothing names a source.
const layered_value* choose_key_source(const layers&, settings&, std::vector<failure>& complaints);

}  // namespace pawl::config

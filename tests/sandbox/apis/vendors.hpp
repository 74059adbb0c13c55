// The APIs by name.
#pragma once

#include "tests/sandbox/apis/vendor.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

struct vendor_options {
  std::uint64_t seed = 1;
  time_us now = 0;  // made-up times lie before it
  std::size_t kept_bodies = 50;
  bool refuse_unknown_ids = false;  // of users, labels and the like; else they come into being
  std::string scheme = "https";     // of addresses in replies
  std::string api_file;             // the description that `generic` reads
  // A rule of the server: of this share of the writes that change something, what they wrote is put back
  // after this time, as if by a person.
  double revert_share = 0;
  time_us revert_after = 0;
};

// `productlane` and those that make_vendor() makes.
std::vector<std::string> vendor_names();
// Any but productlane. Throws std::runtime_error if its description cannot be read.
std::unique_ptr<vendor> make_vendor(std::string_view name, const vendor_options&);

}  // namespace sandbox

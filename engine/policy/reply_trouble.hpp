#pragma once

#include <cstdint>

namespace pawl::policy {

// What was wrong with the replies of a job that looks like a profile that does not fit its API.
enum class reply_trouble : std::uint8_t {
  none,
  unshown,  // a 2xx to the write, and no readable resource in it
  misread,  // a read that cannot be understood, however often it is repeated
};

}  // namespace pawl::policy

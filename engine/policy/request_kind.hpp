#pragma once

#include <cstdint>

namespace pawl::policy {

// What a request does at the API. The two have limits of their own, and are counted apart.
enum class request_kind : std::uint8_t { read, write };

}  // namespace pawl::policy

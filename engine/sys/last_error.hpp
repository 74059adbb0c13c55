// What a system call that has just failed leaves in errno, as a value.
#pragma once

#include <cerrno>
#include <system_error>

namespace pawl {

inline std::error_code last_error() noexcept {
  return {errno, std::generic_category()};
}

}  // namespace pawl

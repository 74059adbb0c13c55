#include "engine/sys/ledger_place.hpp"

#include "engine/model/option.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace pawl {

std::string another_place() {
  return "name another place with " + to_string(option::ledger);
}

bool is_no_place(int error) noexcept {
  return error == ENOENT || error == ENOTDIR || error == EISDIR;
}

failure unusable_place(const std::string& path, const std::string& what, int error, bool mistyped,
                       const char* mending) {
  return {mistyped ? failure_kind::usage : failure_kind::mend, path,
          fmt::format("{}: {}", what, std::strerror(error)), (mistyped ? "" : mending) + another_place()};
}

}  // namespace pawl

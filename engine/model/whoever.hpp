// Who runs pawl.
#pragma once

#include <string>

namespace pawl {

struct whoever {
  std::string host, user;  // empty: not known
  bool operator==(const whoever&) const = default;
};

}  // namespace pawl

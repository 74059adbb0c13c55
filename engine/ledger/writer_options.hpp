// How the outcomes of a run gather before they are committed. Plain values.
#pragma once

#include "engine/model/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pawl::ledger {

struct writer_options {
  duration max_age = std::chrono::milliseconds{50};  // how old an outcome gets before its group is committed
  std::size_t max_group = 1000;                      // outcomes in a group
  std::size_t max_queued = 8000;  // records put and not committed; with so many, put() returns false
  // The same bound in bytes of their texts, so that huge failing rows cannot fill the memory (chosen). A
  // single record is taken whatever its size.
  std::size_t max_queued_bytes = 8 * 1024 * 1024;
  // How often the writer checks that the ledger is still in place (documented).
  duration look_every = std::chrono::seconds{1};
};

}  // namespace pawl::ledger

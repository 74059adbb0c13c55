// How the outcomes of a run gather before they are committed. Plain values.
#pragma once

#include "engine/model/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pawl::ledger {

struct writer_options {
  duration max_age = std::chrono::milliseconds{50};  // of an outcome before its group is committed
  std::size_t max_group = 1000;                      // outcomes in a group
  std::size_t max_queued = 8000;  // records put and not yet committed; then put() says false
  // Bytes of their texts likewise, so that huge failing rows cannot fill the memory (chosen). One record is
  // taken whatever its size.
  std::size_t max_queued_bytes = 8 * 1024 * 1024;
  duration look_every = std::chrono::seconds{1};  // whether the ledger is still there (documented)
};

}  // namespace pawl::ledger

// Measures how fast a counter grows. Pure.
#pragma once

#include "engine/model/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace pawl::app {

// Writes per second over the last minute (less at the start of a run), from readings of a counter. A reading
// less than a second after the one before replaces the last one.
class rate_meter {
 public:
  void read(time_point now, std::uint64_t writes) noexcept;
  // Unset before one second has passed.
  std::optional<double> per_second(time_point now) const noexcept;

 private:
  struct reading {
    time_point at{};
    std::uint64_t writes = 0;
  };
  static constexpr std::size_t kept = 61;
  std::array<reading, kept> ring_{};
  std::size_t count_ = 0;  // all readings so far
  const reading& back(std::size_t steps) const noexcept { return ring_[(count_ - 1 - steps) % kept]; }
};

}  // namespace pawl::app

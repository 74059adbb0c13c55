// Random numbers that a seed decides. Each concern of a world has dice of its own, so that a draw more in one
// place changes nothing elsewhere.
#pragma once

#include <cstdint>

namespace pawl::simulation {

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
class dice {
 public:
  explicit dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t operator()() noexcept {
    auto z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  // In [0, n); n > 0. The bias is below n / 2^64.
  std::uint64_t below(std::uint64_t n) noexcept { return operator()() % n; }
  // In [from, to].
  std::int64_t between(std::int64_t from, std::int64_t to) noexcept {
    return from + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(to - from) + 1));
  }
  // In [0, 1).
  double unit() noexcept { return static_cast<double>(operator()() >> 11U) * 0x1p-53; }
  bool chance(double of) noexcept { return of > 0 && unit() < of; }

 private:
  std::uint64_t state_;
};

}  // namespace pawl::simulation

// How many jobs of each id are under way or parked: an open-addressing table over hashes of ids, sized once.
// Two ids with one 64-bit hash are treated as one id: they only wait for each other needlessly.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace pawl::run {

class hash_counts {
 public:
  // At most `most` different hashes at a time.
  explicit hash_counts(std::size_t most) : cells_(std::bit_ceil(most * 2 + 2)), mask_(cells_.size() - 1) {}

  std::uint32_t count(std::uint64_t hash) const noexcept { return cells_[find(hash)].count; }

  void add(std::uint64_t hash) noexcept {
    auto& c = cells_[find(hash)];
    c.hash = hash;
    ++c.count;
  }

  void remove(std::uint64_t hash) noexcept {
    auto at = find(hash);
    if (--cells_[at].count > 0) return;
    // Backward shift: entries behind the hole move up, so that no tombstone is needed.
    for (auto next = (at + 1) & mask_; cells_[next].count > 0; next = (next + 1) & mask_) {
      const auto home = cells_[next].hash & mask_;
      if (((next - home) & mask_) < ((next - at) & mask_)) continue;
      cells_[at] = cells_[next];
      cells_[next].count = 0;
      at = next;
    }
  }

 private:
  struct cell {
    std::uint64_t hash = 0;
    std::uint32_t count = 0;
  };

  std::size_t find(std::uint64_t hash) const noexcept {
    auto at = hash & mask_;
    while (cells_[at].count > 0 && cells_[at].hash != hash) at = (at + 1) & mask_;
    return at;
  }

  std::vector<cell> cells_;
  std::size_t mask_;
};

}  // namespace pawl::run

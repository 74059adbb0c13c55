// Allocates bytes with stable addresses that are freed all at once; the jobs of a batch point into them.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace pawl {

// Not thread-safe. Views stay valid until clear() or destruction, also when the arena is moved.
class byte_arena {
 public:
  // Returns `size` bytes, uninitialised; never null, also for 0.
  char* allocate(std::size_t size);
  std::string_view copy(std::string_view text);

  // Gives back the end of the most recent allocate() that was not used: `used` <= its size.
  void shrink_last(const char* start, std::size_t used) noexcept;

  // Frees everything except at most the first block of ordinary size, so that one huge row does not stay in
  // memory.
  void clear() noexcept;
  std::size_t bytes_used() const noexcept { return bytes_used_; }

 private:
  static constexpr std::size_t block_bytes = std::size_t{64} * 1024;
  struct block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0, used = 0;
  };
  std::vector<block> blocks_;
  std::size_t bytes_used_ = 0;
};

}  // namespace pawl

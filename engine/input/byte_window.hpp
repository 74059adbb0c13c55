// The part of an input that is in memory: filled at its end, consumed at its front. It grows until it can
// hold one row of the longest allowed size, and no further.
#pragma once

#include "engine/text/json_padding.hpp"

#include <cassert>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace pawl::input {

// Bounds. Chosen, and documented with the formats of the input.
inline constexpr std::size_t max_row_bytes = 1024 * 1024;
inline constexpr std::size_t max_field_bytes = 256 * 1024;
// How many bytes of a bad row the ledger keeps (model/job.hpp).
inline constexpr std::size_t max_kept_raw_bytes = 64 * 1024;

// Views into it are valid until room() is called. json_padding bytes behind its end are readable and hold
// anything.
class byte_window {
 public:
  byte_window() { grow_to(first_capacity); }

  std::string_view view() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  // The position in the input of the first byte of view().
  std::uint64_t offset() const noexcept { return offset_; }

  void consume(std::size_t count) noexcept {
    assert(count <= end_ - begin_);
    begin_ += count;
    offset_ += count;
  }

  // The free bytes behind the end, at least an eighth of the capacity. Moves the bytes that are there.
  std::span<char> room() {
    if (begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (capacity_ - end_ < capacity_ / 8) grow_to(capacity_ * 2);
    return {bytes_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t count) noexcept {
    assert(count <= capacity_ - end_);
    end_ += count;
  }

  // Empties the window and goes on at another position of the input.
  void restart(std::uint64_t offset) noexcept {
    begin_ = end_ = 0;
    offset_ = offset;
  }

 private:
  // Chosen: one read call costs little beside the work on so many bytes, and they fit into the L2 cache.
  static constexpr std::size_t first_capacity = 256 * 1024;

  void grow_to(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity + json_padding);
    if (end_ > 0) std::memcpy(larger.get(), bytes_.get(), end_);
    std::memset(larger.get() + capacity, 0, json_padding);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace pawl::input

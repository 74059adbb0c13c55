// The part of an input that is in memory: filled at the end, consumed at the front. Grows to hold one row of
// the longest allowed size, never more.
#pragma once

#include "engine/text/json_padding.hpp"

#include <cassert>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace pawl::input {

// The bounds of design.md section 5.
inline constexpr std::size_t max_row_bytes = 1024 * 1024;
inline constexpr std::size_t max_field_bytes = 256 * 1024;
// What of a bad row goes into the ledger (model/job.hpp).
inline constexpr std::size_t max_kept_raw_bytes = 64 * 1024;

// Views into it hold until room() is called. json_padding bytes behind its end are readable, their value is
// anything.
class byte_window {
 public:
  byte_window() { grow_to(first_capacity); }

  std::string_view view() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  // Of the first byte of view(), in the input.
  std::uint64_t offset() const noexcept { return offset_; }

  void consume(std::size_t count) noexcept {
    assert(count <= end_ - begin_);
    begin_ += count;
    offset_ += count;
  }

  // Free bytes behind the end, at least an eighth of the capacity. Moves what is there.
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

  // Empty, at another place of the input.
  void restart(std::uint64_t offset) noexcept {
    begin_ = end_ = 0;
    offset_ = offset;
  }

 private:
  // Chosen: a read call of this size costs little against what is done with its bytes, and it fits the L2
  // cache.
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

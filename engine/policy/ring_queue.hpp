// A queue in one block of memory that doubles when it is full and is never given back: after warming up,
// pushing and popping allocate nothing (std::deque allocates and frees a node every few elements).
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace pawl::policy {

// Indices count from the front. T must be default constructible and cheap to copy. Popping from an empty
// queue or reading past its end is a bug of the caller.
template <class T>
class ring_queue {
 public:
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  T& operator[](std::size_t i) noexcept { return cells_[(first_ + i) & mask()]; }
  const T& operator[](std::size_t i) const noexcept { return cells_[(first_ + i) & mask()]; }
  T& front() noexcept { return (*this)[0]; }
  const T& front() const noexcept { return (*this)[0]; }
  T& back() noexcept { return (*this)[size_ - 1]; }
  const T& back() const noexcept { return (*this)[size_ - 1]; }

  void push_back(const T& value) {
    if (size_ == cells_.size()) grow();
    cells_[(first_ + size_) & mask()] = value;
    ++size_;
  }
  void push_front(const T& value) {
    if (size_ == cells_.size()) grow();
    first_ = (first_ + cells_.size() - 1) & mask();
    cells_[first_] = value;
    ++size_;
  }
  void pop_front() noexcept {
    first_ = (first_ + 1) & mask();
    --size_;
  }
  void pop_back() noexcept { --size_; }

 private:
  std::size_t mask() const noexcept { return cells_.size() - 1; }  // the size is a power of two
  void grow() {
    std::vector<T> wider(cells_.empty() ? 16 : cells_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) wider[i] = (*this)[i];
    cells_ = std::move(wider);
    first_ = 0;
  }

  std::vector<T> cells_;
  std::size_t first_ = 0, size_ = 0;
};

}  // namespace pawl::policy

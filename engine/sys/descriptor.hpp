// Owns a file descriptor. Only this class closes descriptors, except for those that a library holds.
#pragma once

#include "engine/sys/last_error.hpp"

#include <system_error>
#include <utility>

#include <unistd.h>

namespace pawl {

class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int fd) noexcept : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  // The error of close(2) is dropped here: a caller that needs it has called close() before, and after
  // another failure that one is reported.
  ~descriptor() { static_cast<void>(close()); }

  // Negative: it owns no descriptor.
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  // The caller owns it from now on.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  // Returns the error of close(2), by which a network file system reports a lost write.
  std::error_code close() noexcept {
    if (fd_ < 0 || ::close(release()) == 0) return {};
    return last_error();
  }

 private:
  int fd_ = -1;
};

}  // namespace pawl

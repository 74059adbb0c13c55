// An owner for a file descriptor. The one place of the product that closes them, but for those that a library
// holds.
#pragma once

#include <cerrno>
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
  // Whoever needs the error of close(2) has called close() before; on the way out of a failure there is a
  // better one.
  ~descriptor() { static_cast<void>(close()); }

  // Negative: it owns none.
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  // The caller owns it from now on.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  // The error of close(2) is where a network file system reports a lost write.
  std::error_code close() noexcept {
    if (fd_ < 0 || ::close(release()) == 0) return {};
    return {errno, std::generic_category()};
  }

 private:
  int fd_ = -1;
};

}  // namespace pawl

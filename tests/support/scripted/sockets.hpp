// What the scripted servers share: blocking descriptors that close themselves.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include <pthread.h>
#include <unistd.h>

namespace pawl::testing {

[[noreturn]] inline void give_up(const std::string& what) {
  throw std::runtime_error("scripted server: " + what + ": " + std::strerror(errno));
}

class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// Blocks SIGPIPE in threads that are started meanwhile, because they write to sockets that clients close. It
// is blocked only there, so that a client under test that relies on an ignored SIGPIPE is found out.
class sigpipe_blocked {
 public:
  sigpipe_blocked() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before_);
  }
  ~sigpipe_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  sigpipe_blocked(const sigpipe_blocked&) = delete;
  sigpipe_blocked& operator=(const sigpipe_blocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace pawl::testing

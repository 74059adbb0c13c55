#include "engine/app/stop_request.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace pawl::app {

stop_request::stop_request() {
  if (::pipe2(wake_.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "a pipe for signals");
}

stop_request::~stop_request() {
  for (const int fd : wake_) ::close(fd);
}

void stop_request::ask(int number) noexcept {
  const int saved = errno;
  int none = 0;
  first_.compare_exchange_strong(none, number);
  any_ = true;
  const auto byte = static_cast<char>(number);
  // If the pipe is full, thousands of requests wait to be read already, so this one may be lost.
  [[maybe_unused]] const auto written = ::write(wake_[1], &byte, 1);
  errno = saved;
}

stop_request& nobody_stops() {
  static stop_request never;
  return never;
}

std::string_view signal_name(int number) noexcept {
  switch (number) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "signal";
  }
}

}  // namespace pawl::app

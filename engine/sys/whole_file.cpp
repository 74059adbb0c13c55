#include "engine/sys/whole_file.hpp"

#include "engine/sys/descriptor.hpp"
#include "engine/sys/last_error.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl {
namespace {

constexpr int silence_ms = 30'000;  // documented

// Waits until there is something to read or the other end is closed.
std::error_code await(int fd) {
  pollfd one{fd, POLLIN, 0};
  for (;;) {
    const int ready = ::poll(&one, 1, silence_ms);
    if (ready > 0) return {};
    if (ready == 0) return std::make_error_code(std::errc::timed_out);
    if (errno != EINTR) return last_error();
  }
}

}  // namespace

std::error_code read_whole_file(const std::string& path, std::size_t bound, if_pipe named,
                                std::string& into) {
  into.clear();
  // Without O_NONBLOCK, open(2) itself would wait for the other end of a pipe.
  const descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (file.get() < 0) return last_error();
  struct stat is{};
  if (::fstat(file.get(), &is) != 0) return last_error();
  if (S_ISDIR(is.st_mode)) return std::make_error_code(std::errc::is_a_directory);
  const bool is_regular = S_ISREG(is.st_mode);
  if (!is_regular && named == if_pipe::refused) return std::make_error_code(std::errc::invalid_argument);
  const auto told = is_regular && is.st_size >= 0 ? static_cast<std::size_t>(is.st_size) : bound;
  into.resize(std::min(told, bound) + 1);
  std::size_t size = 0;
  for (;;) {
    if (size == into.size()) {
      if (size == bound + 1) break;
      into.resize(bound + 1);  // the file has grown
    }
    if (!is_regular)
      if (const auto failed = await(file.get())) return failed;
    const auto n = ::read(file.get(), into.data() + size, into.size() - size);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return last_error();
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  into.resize(size);
  return {};
}

std::string trouble_in_words(const std::error_code& of_whole_file) {
  if (of_whole_file == std::errc::invalid_argument) return "is not a regular file";
  if (of_whole_file == std::errc::timed_out) return "is a pipe to which nothing was written for 30 s";
  return "cannot be read: " + of_whole_file.message();
}

}  // namespace pawl

#include "engine/sys/files.hpp"

#include "engine/sys/last_error.hpp"
#include "engine/sys/output_place.hpp"

#include <cerrno>
#include <charconv>
#include <ctime>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl {
namespace {

// 5 s in all, as files.hpp says.
constexpr int wait_steps = 100;
constexpr int wait_step_ms = 50;

}  // namespace

std::error_code write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n >= 0)
      text.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR)
      return last_error();
  }
  return {};
}

std::string read_up_to(int fd, std::size_t most) {
  std::string text(most, '\0');
  std::size_t size = 0;
  while (size < most) {
    const auto n = ::read(fd, text.data() + size, most - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  text.resize(size);
  return text;
}

bool fill_standard_descriptors() noexcept {
  for (const int wanted : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(wanted, F_GETFD) >= 0) continue;
    // open(2) gives the lowest number that is free. All below `wanted` are in use, so it is `wanted`.
    if (::open("/dev/null", wanted == STDIN_FILENO ? O_WRONLY : O_RDONLY) != wanted) return false;
  }
  return true;
}

descriptor open_anew(const std::string& path, ::mode_t mode) noexcept {
  struct stat is{};
  if (::lstat(path.c_str(), &is) == 0 && (S_ISREG(is.st_mode) || S_ISLNK(is.st_mode))) ::unlink(path.c_str());
  return descriptor{
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode)};
}

descriptor open_to_append(const std::string& path) noexcept {
  if (names_a_stream(path)) return open_stream(path);
  descriptor file{::open(
      path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666)};
  struct stat is{};
  if (!file || (::fstat(file.get(), &is) == 0 && S_ISREG(is.st_mode))) return file;
  errno = EINVAL;
  return {};
}

descriptor open_stream(const std::string& path) noexcept {
  // A descriptor that the process already has is duplicated: opening it again by name would write a file from
  // its start.
  for (const std::string_view directory : {"/dev/fd/", "/proc/self/fd/"})
    if (path.starts_with(directory)) {
      int fd = -1;
      const auto* end = path.data() + path.size();
      const auto [at, failed] = std::from_chars(path.data() + directory.size(), end, fd);
      if (failed == std::errc{} && at == end) return descriptor{::fcntl(fd, F_DUPFD_CLOEXEC, 3)};
    }
  if (path == "/dev/stdout") return descriptor{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)};
  if (path == "/dev/stderr") return descriptor{::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)};
  for (int left = wait_steps;; --left) {
    descriptor file{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    if (file || errno != ENXIO || left == 0) return file;
    const timespec step{0, wait_step_ms * 1'000'000};
    ::nanosleep(&step, nullptr);
  }
}

std::error_code write_all_in_time(int fd, std::string_view text) {
  for (int left = wait_steps; !text.empty();) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n >= 0) {
      text.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      if (left-- == 0) return std::make_error_code(std::errc::timed_out);
      pollfd room{fd, POLLOUT, 0};
      ::poll(&room, 1, wait_step_ms);
    } else if (errno != EINTR) {
      return last_error();
    }
  }
  return {};
}

std::error_code replace_file(const std::string& path, std::string_view content) {
  const auto beside = path + ".tmp." + std::to_string(::getpid());
  auto file = open_anew(beside, 0666);
  if (!file) return last_error();
  auto failed = write_all(file.get(), content);
  if (!failed && ::fsync(file.get()) != 0) failed = last_error();
  if (const auto at_close = file.close(); !failed) failed = at_close;
  if (!failed && ::rename(beside.c_str(), path.c_str()) != 0) failed = last_error();
  if (failed) ::unlink(beside.c_str());
  return failed;
}

std::error_code overwrite_file(const std::string& path, std::string_view content) {
  auto file = open_stream(path);
  if (!file) return last_error();
  const auto failed = write_all_in_time(file.get(), content);
  const auto at_close = file.close();
  return failed ? failed : at_close;
}

}  // namespace pawl

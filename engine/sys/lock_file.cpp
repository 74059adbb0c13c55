#include "engine/sys/lock_file.hpp"

#include "engine/sys/ledger_place.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/date_time.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace pawl {
namespace {

failure cannot(const std::string& path, const char* what) {
  const int code = errno;
  return unusable_place(path, fmt::format("the lock file {}", what), code, is_no_place(code),
                        "make the directory of the ledger writable or ");
}

// The program of a process and its first argument ("pawl run"). Further arguments may hold a password of a
// proxy.
std::string command_of(pid_t pid) {
  const descriptor file{::open(fmt::format("/proc/{}/cmdline", pid).c_str(), O_RDONLY | O_CLOEXEC)};
  std::array<char, 512> bytes{};
  const auto size = file.get() < 0 ? -1 : ::read(file.get(), bytes.data(), bytes.size() - 1);
  if (size <= 0) return "unknown";
  const std::string_view all{bytes.data(), static_cast<std::size_t>(size)};
  auto program = all.substr(0, all.find('\0'));
  auto rest = all.substr(std::min(all.size(), program.size() + 1));
  const auto argument = rest.substr(0, rest.find('\0'));
  program = program.substr(program.rfind('/') + 1);
  std::string made{program};
  if (!argument.empty() && !argument.starts_with('-')) (made += ' ') += argument;
  return made;
}

std::string read_holder(int fd) {
  std::array<char, 1024> bytes{};
  const auto size = ::pread(fd, bytes.data(), bytes.size(), 0);
  std::string text{bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.empty() ? "another process that has just started" : text;
}

}  // namespace

expected<lock_file> lock_file::take(const std::string& path) {
  // Tries again, because a holder() may lock the file for the moment of its look, and somebody may remove the
  // file between open and flock.
  for (int left = 10;; --left) {
    descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)};
    if (file.get() < 0) return cannot(path, "cannot be created");
    struct stat locked{}, named{};
    if (::fstat(file.get(), &locked) != 0) return cannot(path, "cannot be examined");
    // The file is overwritten below, so it must not be something else that has this name.
    if (!S_ISREG(locked.st_mode) || locked.st_nlink > 1)
      return failure{failure_kind::mend, path,
                     "is to be the lock file, and is not a regular file with one name",
                     "remove it, or " + another_place()};
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) return cannot(path, "cannot be locked");
      if (left > 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
        continue;
      }
      return failure{failure_kind::later, "", read_holder(file.get()) + ", uses this ledger: " + path,
                     held_remedy(), true};
    }
    if (::lstat(path.c_str(), &named) != 0 || named.st_ino != locked.st_ino ||
        named.st_dev != locked.st_dev) {
      if (left > 0) continue;
      return cannot(path, "is removed again and again");
    }
    const auto text = fmt::format("pid {} ({}), started {}\n", ::getpid(), command_of(::getpid()),
                                  rfc3339_to_second(wall_now()));
    if (::ftruncate(file.get(), 0) != 0 ||
        ::pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
      return cannot(path, "cannot be written");
    return lock_file{std::move(file)};
  }
}

expected<std::optional<std::string>> lock_file::holder(const std::string& path) {
  // Without O_NONBLOCK the open of a pipe would wait for its other end.
  const descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (file.get() < 0) {
    if (errno == ENOENT) return std::optional<std::string>{};
    return cannot(path, "cannot be read");
  }
  struct stat is{};
  if (::fstat(file.get(), &is) != 0) return cannot(path, "cannot be examined");
  if (!S_ISREG(is.st_mode))
    return failure{failure_kind::mend, path, "is to be the lock file, and is not a regular file",
                   "remove it"};
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return std::optional<std::string>{};
  if (errno != EWOULDBLOCK) return cannot(path, "cannot be examined");
  return std::optional{read_holder(file.get())};
}

// Looks for a line of /proc/locks (proc(5)): "1: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF", with the
// device in hexadecimal.
std::optional<std::string> lock_file::holder_of(dev_t device, ino_t inode) {
  std::ifstream locks("/proc/locks");
  const auto wanted = fmt::format("{:02x}:{:02x}:{}", ::major(device), ::minor(device), inode);
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, is_advisory, access, file;
    pid_t pid = 0;
    if (!(words >> number >> kind >> is_advisory >> access >> pid >> file)) continue;
    if (kind == "FLOCK" && file == wanted && pid > 0) return fmt::format("pid {} ({})", pid, command_of(pid));
  }
  return std::nullopt;
}

}  // namespace pawl

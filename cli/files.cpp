#include "cli/files.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace pawl::cli {
namespace {

std::error_code last_error() noexcept {
  return {errno, std::generic_category()};
}

}  // namespace

descriptor::~descriptor() {
  // Whoever needs the error of close() has called it before; on the way out of a failure there is a better
  // one.
  static_cast<void>(close());
}

std::error_code descriptor::close() noexcept {
  if (fd_ < 0) return {};
  return ::close(std::exchange(fd_, -1)) == 0 ? std::error_code{} : last_error();
}

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

std::error_code replace_file(const std::string& path, std::string_view content) {
  const auto beside = path + ".tmp." + std::to_string(::getpid());
  descriptor file{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  if (!file) return last_error();
  auto failed = write_all(file.get(), content);
  if (!failed && ::fsync(file.get()) != 0) failed = last_error();
  if (const auto at_close = file.close(); !failed) failed = at_close;
  if (!failed && ::rename(beside.c_str(), path.c_str()) != 0) failed = last_error();
  if (failed) ::unlink(beside.c_str());
  return failed;
}

std::error_code overwrite_file(const std::string& path, std::string_view content) {
  descriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file) return last_error();
  const auto failed = write_all(file.get(), content);
  const auto at_close = file.close();
  return failed ? failed : at_close;
}

}  // namespace pawl::cli

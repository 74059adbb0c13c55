#include "engine/input/byte_source.hpp"

#include "engine/model/option.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::input {

namespace {

std::string system_text(int error) {
  return std::system_category().message(error);
}

byte_source::times times_of(const struct stat& facts) {
  return {facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec};
}

}  // namespace

expected<byte_source> byte_source::open(const std::string& path) {
  byte_source source;
  source.name_ = path;
  // Non-blocking: else the open of a pipe would wait for a writer. It makes no difference to a regular file.
  source.file_ = descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!source.file_) {
    const int error = errno;
    return failure{failure_kind::usage, path, "cannot be opened: " + system_text(error),
                   error == ENOENT ? "check the path" : ""};
  }
  struct stat facts{};
  if (::fstat(source.file_.get(), &facts) != 0)
    return failure{failure_kind::usage, path, "cannot be examined: " + system_text(errno), ""};
  if (S_ISDIR(facts.st_mode))
    return failure{failure_kind::usage, path, "is a directory", "name the file in it"};
  if (!S_ISREG(facts.st_mode))
    return failure{failure_kind::usage, path, "is not a regular file",
                   "pipe it to standard input (- with " + to_string(option::format) +
                       "), which is spooled to a file first"};
  source.size_ = static_cast<std::uint64_t>(facts.st_size);
  source.times_ = times_of(facts);
#ifdef POSIX_FADV_SEQUENTIAL
  // This is advice only; reading works without it, so its result does not matter.
  (void)::posix_fadvise(source.file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
  return source;
}

byte_source byte_source::in_memory(std::string name, std::string bytes) {
  byte_source source;
  source.name_ = std::move(name);
  source.memory_ = std::move(bytes);
  source.size_ = source.memory_.size();
  return source;
}

expected<std::size_t> byte_source::read_at(std::uint64_t offset, std::span<char> into) const {
  if (!file_) {
    if (offset >= memory_.size()) return std::size_t{0};
    const auto count = std::min(into.size(), memory_.size() - static_cast<std::size_t>(offset));
    if (count != 0) std::memcpy(into.data(), memory_.data() + offset, count);
    return count;
  }
  std::size_t done = 0;
  while (done < into.size()) {
    const auto count =
        ::pread(file_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (count == 0) break;
    if (count < 0) {
      const int error = errno;
      if (error == EINTR) continue;
      return failure{failure_kind::mend, name_,
                     "cannot be read at byte " + std::to_string(offset + done) + ": " + system_text(error),
                     "check the disk or the network file system"};
    }
    done += static_cast<std::size_t>(count);
  }
  return done;
}

status byte_source::unchanged() const {
  if (!file_) return {};
  struct stat facts{};
  if (::fstat(file_.get(), &facts) != 0)
    return failure{failure_kind::mend, name_, "cannot be examined: " + system_text(errno),
                   "check the disk or the network file system"};
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  const auto now = times_of(facts);
  if (size == size_ && now == times_) return {};
  const bool was_modified = now.modified_s != times_.modified_s || now.modified_ns != times_.modified_ns;
  return failure{
      failure_kind::mend, name_,
      "changed while it was being read (" +
          (size != size_  ? std::to_string(size_) + " bytes before, " + std::to_string(size) + " now"
           : was_modified ? std::string("its modification time moved")
                          : std::string("its change time moved, and its modification time was kept")) +
          ")",
      "put back the file as it was, or run the command again once nothing writes to it"};
}

std::optional<byte_source::times> byte_source::touched() const {
  struct stat facts{};
  if (!file_ || ::fstat(file_.get(), &facts) != 0) return std::nullopt;
  const auto now = times_of(facts);
  auto before = times_;
  before.changed_s = now.changed_s;
  before.changed_ns = now.changed_ns;
  const bool same = static_cast<std::uint64_t>(facts.st_size) == size_ && before == now;
  return same && now != times_ ? std::optional{now} : std::nullopt;
}

}  // namespace pawl::input

#include "engine/sys/complete_output.hpp"

#include "engine/sys/last_error.hpp"
#include "engine/sys/output_place.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace pawl {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t write_at_bytes = 256 * 1024;

}  // namespace

failure complete_output::broken(std::string_view path, const std::string& why) const {
  return {failure_kind::mend, std::string{path}, why + "; nothing was written",
          "make room or name another file, and run the same command again"};
}

expected<complete_output> complete_output::open(const std::string& path) {
  complete_output out;
  out.place_ = path.empty() ? "standard output" : path;
  std::error_code error;
  if (const auto why = why_not_written(path, pipes::refused); !path.empty() && why)
    return failure{failure_kind::usage, path, *why, "name another file"};
  if (!path.empty() && !names_a_stream(path)) {
    out.target_ = path;
    if (const auto parent = fs::path(out.target_).parent_path();
        !parent.empty() && !fs::is_directory(parent, error))
      return failure{failure_kind::usage, path, "there is no directory " + parent.string(),
                     "make it, or name another file"};
    out.temporary_ = out.target_ + ".tmp." + std::to_string(::getpid());
    out.file_ = open_anew(out.temporary_, 0666);
    if (!out.file_) {
      const auto why = last_error().message();
      const auto where = std::exchange(out.temporary_, {});
      return out.broken(where, why);
    }
    return out;
  }
  auto directory = fs::temp_directory_path(error);
  if (error) directory = "/tmp";
  auto name = (directory / "pawl-XXXXXX").string();
  out.file_ = descriptor{::mkostemp(name.data(), O_CLOEXEC)};
  if (!out.file_) return out.broken(directory.string(), last_error().message());
  // A file without a name disappears with the process, however the process ends.
  if (::unlink(name.c_str()) != 0) out.temporary_ = name;
  return out;
}

complete_output::complete_output(complete_output&& other) noexcept
    : place_(std::move(other.place_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)),
      buffer_(std::move(other.buffer_)) {}

complete_output::~complete_output() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

status complete_output::append(std::string_view text) {
  buffer_ += text;
  return buffer_.size() < write_at_bytes ? status{} : flush();
}

status complete_output::flush() {
  const auto failed = write_all(file_.get(), buffer_);
  buffer_.clear();
  if (failed) return broken(temporary_.empty() ? place_ : temporary_, failed.message());
  return {};
}

status complete_output::finish() {
  if (auto flushed = flush(); !flushed) return flushed;
  if (target_.empty()) return copy_out();
  std::error_code failed;
  if (::fsync(file_.get()) != 0) failed = last_error();
  if (const auto at_close = file_.close(); !failed) failed = at_close;
  if (!failed && ::rename(temporary_.c_str(), target_.c_str()) != 0) failed = last_error();
  if (failed) return broken(place_, failed.message());
  temporary_.clear();
  return {};
}

status complete_output::copy_out() {
  descriptor opened;
  int to = STDOUT_FILENO;
  if (place_ != "standard output") {
    opened = open_stream(place_);
    if (!opened) return broken(place_, last_error().message());
    to = opened.get();
  }
  if (::lseek(file_.get(), 0, SEEK_SET) != 0) return broken(place_, last_error().message());
  std::array<char, 64 * 1024> piece{};
  for (;;) {
    const auto n = ::read(file_.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return broken(place_, last_error().message());
    if (n == 0) break;
    const auto failed = write_all_in_time(to, {piece.data(), static_cast<std::size_t>(n)});
    if (failed == std::errc::broken_pipe) return {};
    if (failed) return failure{failure_kind::mend, place_, failed.message(), "run the same command again"};
  }
  if (opened)
    if (const auto failed = opened.close()) return failure{failure_kind::mend, place_, failed.message(), ""};
  return {};
}

}  // namespace pawl

#include "engine/input/spool.hpp"

#include "engine/model/option.hpp"
#include "engine/sys/files.hpp"
#include "engine/sys/last_error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::input {
namespace {

failure not_kept(const std::string& path, const std::string& why) {
  return {failure_kind::mend, path, "cannot keep a copy of the input: " + why,
          "make room there, or name a ledger elsewhere with " + to_string(option::ledger)};
}

}  // namespace

std::string temporary_copy(std::string_view purpose) {
  std::error_code failed;
  auto directory = std::filesystem::temp_directory_path(failed);
  if (failed) directory = "/tmp";
  return (directory / fmt::format("pawl-{}-{}", purpose, ::getpid())).string();
}

bool must_be_spooled(const std::string& input_path) {
  if (input_path == "-") return true;
  struct stat facts{};
  // A path that does not exist, or is a directory, is left to the reader, which reports it.
  if (::stat(input_path.c_str(), &facts) != 0) return false;
  return S_ISFIFO(facts.st_mode) || S_ISSOCK(facts.st_mode) || S_ISCHR(facts.st_mode);
}

expected<spooled_input> spooled_input::read(const std::string& input_path, const std::string& to_path,
                                            const std::function<void(std::uint64_t)>& on_progress,
                                            const std::atomic<bool>* stop) {
  const bool standard_input = input_path == "-";
  const std::string place = standard_input ? "standard input" : input_path;
  descriptor in{standard_input ? ::dup(STDIN_FILENO) : ::open(input_path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!in) return failure{failure_kind::usage, place, "cannot be read: " + last_error().message(), ""};
  spooled_input copy{to_path + ".part"};
  auto out = open_anew(copy.path_, 0600);
  if (!out) {
    const auto why = last_error().message();
    return not_kept(copy.path_, why);
  }

  std::vector<char> block(256 * 1024);
  std::uint64_t bytes = 0;
  last_line end;
  const auto interrupted = [stop] { return stop != nullptr && *stop; };
  for (;;) {
    if (interrupted())
      return failure{failure_kind::later, place, "interrupted while it was read",
                     "run the same command again"};
    const auto n = ::read(in.get(), block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failure{failure_kind::usage, place, "cannot be read: " + last_error().message(), ""};
    if (n == 0) break;
    const std::string_view came{block.data(), static_cast<std::size_t>(n)};
    if (const auto failed = write_all(out.get(), came)) return not_kept(copy.path_, failed.message());
    end.add(came);
    bytes += static_cast<std::uint64_t>(n);
    if (on_progress) on_progress(bytes);
  }
  copy.open_end_ = end.open();
  if (::fsync(out.get()) != 0) return not_kept(copy.path_, last_error().message());
  if (const auto failed = out.close()) return not_kept(copy.path_, failed.message());
  return copy;
}

spooled_input::spooled_input(spooled_input&& other) noexcept
    : path_(std::move(other.path_)),
      open_end_(std::move(other.open_end_)),
      before_(std::exchange(other.before_, {})),
      provisional_(std::exchange(other.provisional_, false)) {}

spooled_input& spooled_input::operator=(spooled_input&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(open_end_, other.open_end_);
  std::swap(before_, other.before_);
  std::swap(provisional_, other.provisional_);
  return *this;
}

spooled_input::~spooled_input() {
  if (provisional_) ::unlink(path_.c_str());
  if (!before_.empty()) ::unlink(before_.c_str());
}

status spooled_input::keep_as(const std::string& to_path) {
  auto aside = to_path + ".before";
  if (::rename(to_path.c_str(), aside.c_str()) == 0)
    before_ = std::move(aside);
  else if (errno != ENOENT)
    return not_kept(to_path, last_error().message());
  if (::rename(path_.c_str(), to_path.c_str()) != 0) {
    const auto why = last_error().message();
    if (!before_.empty() && ::rename(before_.c_str(), to_path.c_str()) == 0) before_.clear();
    return not_kept(to_path, why);
  }
  path_ = to_path;
  provisional_ = false;
  return {};
}

status spooled_input::put_back() {
  if (provisional_) return {};
  const bool done =
      before_.empty() ? ::unlink(path_.c_str()) == 0 : ::rename(before_.c_str(), path_.c_str()) == 0;
  if (!done) return not_kept(path_, last_error().message());
  before_.clear();
  return {};
}

}  // namespace pawl::input

#include "engine/ledger/held_file.hpp"

#include "engine/model/option.hpp"
#include "engine/sys/ledger_place.hpp"
#include "engine/sys/lock_file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace pawl::ledger {
namespace {

failure cannot(const std::string& path, const char* what) {
  const int code = errno;
  return unusable_place(path, fmt::format("the ledger cannot be {}", what), code,
                        is_no_place(code) || code == ENXIO,  // ENXIO: a socket
                        "check the rights of the file and its directory, or ");
}

failure is_a_link(const std::string& path) {
  std::error_code unknown;
  const auto target = std::filesystem::read_symlink(path, unknown).string();
  return {failure_kind::usage, path,
          "is a symbolic link, and a ledger is used by its own name only, so that two runs cannot meet in it",
          target.empty()
              ? another_place()
              : fmt::format("name what it leads to with {}: {}", to_string(option::ledger), target)};
}

// On these file systems an flock is a range lock at the server, of the kind that SQLite uses (flock(2),
// nfs(5), mount.cifs(8)), so it would keep SQLite out. There the lock file beside the ledger must be enough.
bool shares_locks_with_sqlite(int fd) noexcept {
  constexpr std::array<unsigned, 4> network{0x6969, 0x517b, 0xff534d42,
                                            0xfe534d42};  // NFS, SMB, CIFS, SMB2: statfs(2)
  struct statfs place{};
  if (::fstatfs(fd, &place) != 0) return false;
  for (const auto magic : network)
    if (static_cast<unsigned>(place.f_type) == magic) return true;
  return false;
}

}  // namespace

std::optional<held_file::identity> held_file::identity_of(const std::string& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return std::nullopt;
  return identity{facts.st_dev, facts.st_ino};
}

expected<held_file> held_file::open(const std::string& path) {
  // Tries again if somebody removed or created the file between two of these steps.
  for (int left = 10;; --left) {
    if (left == 0)
      return failure{failure_kind::mend, path, "the ledger is removed or replaced again and again",
                     another_place()};
    // Without O_NONBLOCK the open of a pipe would wait for its other end.
    descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!file && errno == ENOENT) {
      file = descriptor{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
      if (!file && errno == EEXIST) continue;
      if (!file) return cannot(path, "created");
    }
    if (!file) return errno == ELOOP ? is_a_link(path) : cannot(path, "opened");
    const int fd = file.get();
    held_file held{path, std::move(file)};
    struct stat facts{};
    if (::fstat(fd, &facts) != 0) return cannot(path, "examined");
    if (!S_ISREG(facts.st_mode))
      return failure{failure_kind::usage, path,
                     S_ISDIR(facts.st_mode) ? "is a directory, not a ledger"
                                            : "is not a regular file, so it is no ledger",
                     another_place()};
    if (!shares_locks_with_sqlite(fd) && ::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return cannot(path, "locked");
      const auto who = lock_file::holder_of(facts.st_dev, facts.st_ino).value_or("another process");
      return failure{failure_kind::later, "", who + ", uses this ledger: " + path, held_remedy(), true};
    }
    if (identity_of(path) != identity{facts.st_dev, facts.st_ino}) continue;
    if (facts.st_nlink > 1)
      return failure{
          failure_kind::usage, path,
          fmt::format(
              "the file has {} names (hard links), and a ledger has one, so that two runs cannot meet in "
              "it",
              facts.st_nlink),
          "remove the other names, or make a copy with a name of its own (cp, then mv over this one)"};
    return held;
  }
}

void held_file::watch_log() {
  log_ = identity_of(path_ + "-wal");
  index_ = identity_of(path_ + "-shm");
}

status held_file::in_place() const {
  struct stat facts{};
  if (::fstat(file_.get(), &facts) != 0) return cannot(path_, "examined");
  const auto named = identity_of(path_);
  // If the system cannot tell (no permission to look, a server that is away), nothing is reported.
  if (!named && errno != ENOENT && errno != ENOTDIR) return {};
  if (named != identity{facts.st_dev, facts.st_ino}) {
    if (facts.st_nlink > 0)
      return failure{
          failure_kind::mend, path_,
          fmt::format(
              "the ledger was moved away while the run wrote to it{}: what is recorded in it stays true, "
              "and nothing more is sent",
              named ? ", and another file has its name" : ""),
          "move it back to this name, then run the same command again"};
    return failure{
        failure_kind::mend, path_,
        fmt::format(
            "the ledger was {} while the run wrote to it: the outcomes that were recorded in it, and the "
            "old values for an undo, are lost; nothing more is sent",
            named ? "replaced by another file" : "removed"),
        "put a copy of it back if there is one; without it the same command begins with the first row again, "
        "also "
        "with rows that were written already, so look first at what the API shows"};
  }
  const auto gone = [](const std::optional<identity>& before, const std::string& path) {
    if (!before) return false;
    const auto now = identity_of(path);
    return now ? now != before : errno == ENOENT;
  };
  for (const auto& [before, ending] : {std::pair{&log_, "-wal"}, std::pair{&index_, "-shm"}})
    if (gone(*before, path_ + ending))
      return failure{
          failure_kind::mend, path_ + ending,
          "this part of the ledger was removed or replaced while the run wrote to it; nothing more is sent, "
          "and "
          "what is recorded is brought into the ledger as the run ends",
          "leave the files beside a ledger alone while it is in use; then run the same command again"};
  return {};
}

}  // namespace pawl::ledger

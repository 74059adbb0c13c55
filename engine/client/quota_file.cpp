#include "engine/client/quota_file.hpp"

#include "engine/client/quota_file_contents.hpp"
#include "engine/client/quota_file_layout.hpp"
#include "engine/model/option.hpp"
#include "engine/sys/boot_clock.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/descriptor.hpp"
#include "engine/sys/own_command.hpp"
#include "engine/text/date_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::client {
namespace {

using policy::slot_entry;

std::string other_directory() {
  return "name another directory with " + to_string(option::state_dir);
}

failure cannot(std::string place, std::string_view doing, int error) {
  auto remedy = other_directory();
  if (error == ENOSPC || error == EDQUOT) remedy = "free some space there, or " + remedy;
  return {failure_kind::mend, std::move(place),
          fmt::format("cannot {} the quota that the key has used ({})", doing,
                      std::generic_category().message(error)),
          std::move(remedy)};
}

template <std::size_t N>
void put(char (&into)[N], std::string_view text) noexcept {
  std::memcpy(into, text.data(), std::min(text.size(), N - 1));
}

failure held_by_another(const std::string& path, int fd) {
  failure f{failure_kind::later, "", "", held_remedy(), true};
  quota_file_header h{};
  // The holder may be writing its name at this moment.
  if (!read_header(fd, h) || h.checksum != checksum_of(h)) {
    f.what = fmt::format("another pawl that has just started uses this key: {}", path);
    return f;
  }
  const auto command = text_of(h.holder_command);
  f.what = fmt::format("pid {} ({}), started {}, uses this key: {}", h.holder_pid,
                       command.empty() ? "pawl" : command,
                       date_and_time(std::chrono::sys_seconds{std::chrono::seconds{h.holder_since}}), path);
  return f;
}

// Opens the state directory, so that no later rename or link can redirect what is created in it.
expected<descriptor> open_directory(const std::string& path) {
  if (path.empty())
    return failure{failure_kind::usage, to_string(option::state_dir),
                   "there is no directory for the quota that the key has used",
                   "set HOME or XDG_STATE_HOME, or name a directory with " + to_string(option::state_dir)};
  // Creates missing parents with the user's mask, and makes the directory itself private.
  const auto trimmed = std::filesystem::path(path).lexically_normal();
  const auto leaf = trimmed.has_filename() ? trimmed : trimmed.parent_path();
  std::error_code ec;
  if (leaf.has_parent_path()) std::filesystem::create_directories(leaf.parent_path(), ec);
  if (ec) return cannot(leaf.parent_path().string(), "make the directory for", ec.value());
  if (::mkdir(leaf.c_str(), 0700) != 0 && errno != EEXIST)
    return cannot(path, "make the directory for", errno);

  descriptor directory(::open(leaf.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return cannot(path, "open the directory of", errno);
  struct stat is{};
  if (::fstat(directory.get(), &is) != 0) return cannot(path, "look at the directory of", errno);
  const bool ours = is.st_uid == ::geteuid() || ::geteuid() == 0;
  if (!ours || (is.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return failure{
        failure_kind::mend, path,
        ours ? "others may write to the state directory" : "the state directory belongs to another user",
        fmt::format("{}{}", ours ? "take that from them (chmod go-w), or " : "", other_directory())};
  return directory;
}

struct opened {
  descriptor fd;
  bool brand_new = false;
};

expected<opened> open_file(int directory, const std::string& name, const std::string& path) {
  constexpr int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
  opened o;
  o.fd = descriptor(::openat(directory, name.c_str(), flags | O_CREAT | O_EXCL, 0600));
  o.brand_new = static_cast<bool>(o.fd);
  if (!o.fd && errno == EEXIST) o.fd = descriptor(::openat(directory, name.c_str(), flags));
  if (!o.fd && errno == ELOOP)
    return failure{failure_kind::mend, path, "is a symbolic link, which pawl never makes",
                   fmt::format("remove it, or {}", other_directory())};
  if (!o.fd) return cannot(path, "open", errno);
  struct stat is{};
  if (::fstat(o.fd.get(), &is) != 0) return cannot(path, "look at", errno);
  if (!S_ISREG(is.st_mode) || is.st_nlink != 1)
    return failure{failure_kind::mend, path, "is not a plain file with one name, as pawl makes it",
                   fmt::format("remove it, or {}", other_directory())};
  if ((is.st_mode & 07777) != 0600 && ::fchmod(o.fd.get(), 0600) != 0) return cannot(path, "protect", errno);
  return o;
}

}  // namespace

std::chrono::nanoseconds boot_clock_now() noexcept {
  return by_boot_clock(clock::now());
}

std::chrono::nanoseconds by_boot_clock(time_point t) noexcept {
  return t.time_since_epoch();
}

clock_stamp quota_file_system::stamp(clock_stamp::moment m) const noexcept {
  return {now().count(), std::chrono::nanoseconds{wall().time_since_epoch()}.count(), m};
}

struct quota_file::impl {
  std::string directory, name, path;
  descriptor lock;  // the quota file; closing it releases the lock
  void* mapping = MAP_FAILED;
  std::size_t size = 0;
  policy::kept_quota writes, reads;
  time_point looked{};  // when keep_file() last looked for the file
  quota_file_system system;

  explicit impl(const quota_file_system& s) : system(s) {}
  // Of the mapping, which is there.
  void stamp(clock_stamp::moment m) const noexcept {
    const auto now = system.stamp(m);
    std::memcpy(static_cast<char*>(mapping) + clock_stamp::offset, &now, sizeof now);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() {
    if (mapping == MAP_FAILED) return;
    stamp(clock_stamp::moment::closed);
    ::munmap(mapping, size);
  }
};

namespace {

status take_lock(int fd, const std::string& path) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return held_by_another(path, fd);
    if (errno != EINTR) return cannot(path, "lock", errno);
  }
  return {};
}

// Reserves the space at once, because writing through a mapping to a full disk would kill the process.
status reserve(int fd, std::size_t size, const std::string& path) {
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0) return cannot(path, "keep", errno);
  int error = 0;
  do error = ::posix_fallocate(fd, 0, static_cast<off_t>(size));
  while (error == EINTR);
  if (error != 0) return cannot(path, "keep", error);
  return {};
}

}  // namespace

expected<quota_file> quota_file_access::open(const std::string& directory, std::string_view host,
                                             const secret& key, const policy::pacer_options& writes,
                                             const policy::pacer_options& reads,
                                             const quota_file_system& system, const past_writes& past) {
  const auto dir = open_directory(directory);
  if (!dir) return dir.error();
  const int place = (*dir).get();
  auto state = std::make_unique<quota_file::impl>(system);
  state->directory = directory;
  state->name = quota_file_name(host, key);
  state->path = (std::filesystem::path(directory) / state->name).string();
  const auto& path = state->path;
  auto opened = open_file(place, state->name, path);
  if (!opened) return opened.error();
  const int fd = opened->fd.get();
  if (auto locked = take_lock(fd, path); !locked) return locked.error();

  // Takes over the files that an earlier version left; that version keeps them locked while it runs.
  std::vector<std::pair<std::string, descriptor>> left;
  for (const auto& name : earlier_quota_file_names(host, key)) {
    descriptor one(::openat(place, name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!one) continue;
    const auto there = (std::filesystem::path(directory) / name).string();
    if (auto locked = take_lock(one.get(), there); !locked) {
      // The next process must find the file as brand-new as this one did.
      if (opened->brand_new) ::unlinkat(place, state->name.c_str(), 0);
      return locked.error();
    }
    left.emplace_back(name, std::move(one));
  }

  std::vector<duration> ages;
  if (opened->brand_new && left.empty() && past && policy::pacer::entries_needed(writes) > 0) {
    auto known_writes = past();
    if (!known_writes) {
      ::unlinkat(place, state->name.c_str(), 0);
      return known_writes.error();
    }
    ages = *std::move(known_writes);
  }
  const auto boot = boot_id(system.boot_id_path);
  quota_file_contents start(writes, reads, system.stamp());
  bool known = opened->brand_new || start.add_file(fd, boot);
  for (const auto& [name, one] : left) known = start.add_file(one.get(), boot) && known;
  if (opened->brand_new && left.empty()) {
    start.add_other_files(place, directory, boot);
    if (!ages.empty()) start.add_writes(ages);
  }
  if (!known) start.fill();

  const auto& writes_then = start.writes();
  const auto& reads_then = start.reads();
  state->size = quota_file_header::entries_offset;
  for (const auto* one : {&writes_then, &reads_then})
    state->size += one->entries.size() * sizeof(slot_entry) +
                   one->minutes.size() * sizeof(policy::minute_entry) +
                   one->ids.size() * sizeof(std::uint64_t);
  if (auto reserved = reserve(fd, state->size, path); !reserved) return reserved.error();
  state->mapping = ::mmap(nullptr, state->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (state->mapping == MAP_FAILED) return cannot(path, "map", errno);
  auto* bytes = static_cast<char*>(state->mapping);

  // The header stays invalid until the last step, so that a process killed in between leaves a file that
  // counts as full, not one with half of the past. (The order of writes to the mapping needs no flush: a
  // power loss changes the boot id.)
  std::memset(bytes, 0, sizeof(quota_file_header));
  std::atomic_signal_fence(std::memory_order_seq_cst);
  auto* place_of_next = bytes + quota_file_header::entries_offset;
  const auto put_next = [&place_of_next]<class Entry>(const std::vector<Entry>& from) {
    const std::span<Entry> into{reinterpret_cast<Entry*>(place_of_next), from.size()};
    std::ranges::copy(from, into.begin());
    place_of_next += into.size_bytes();
    return into;
  };
  state->writes.entries = put_next(writes_then.entries);
  state->reads.entries = put_next(reads_then.entries);
  state->writes.minutes = put_next(writes_then.minutes);
  state->reads.minutes = put_next(reads_then.minutes);
  state->writes.ids = put_next(writes_then.ids);
  state->reads.ids = put_next(reads_then.ids);

  quota_file_header header{};
  std::memcpy(header.magic, quota_file_header::magic_text, sizeof header.magic);
  header.entry_size = sizeof(slot_entry);
  header.write_entries = static_cast<std::uint32_t>(writes_then.entries.size());
  header.read_entries = static_cast<std::uint32_t>(reads_then.entries.size());
  header.write_minutes = static_cast<std::uint32_t>(writes_then.minutes.size());
  header.read_minutes = static_cast<std::uint32_t>(reads_then.minutes.size());
  header.write_ids = static_cast<std::uint32_t>(writes_then.ids.size());
  header.read_ids = static_cast<std::uint32_t>(reads_then.ids.size());
  header.holder_pid = ::getpid();
  header.holder_since = std::time(nullptr);
  put(header.boot_id, boot);
  put(header.holder_command, own_command(system.command_path));
  header.checksum = checksum_of(header);
  state->stamp(clock_stamp::moment::in_use);
  // The entries must be written before the header that vouches for them.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(bytes, &header, sizeof header);
  // If a power loss took the new file back, the next one would look brand-new and start empty.
  if (opened->brand_new && (::fsync(fd) != 0 || ::fsync(place) != 0)) return cannot(path, "keep", errno);
  // The files are removed, or they would be added once more.
  for (const auto& [name, one] : left) ::unlinkat(place, name.c_str(), 0);

  state->lock = std::move(opened->fd);
  return quota_file(std::move(state));
}

status quota_file::keep_file(time_point now) {
  constexpr duration every = std::chrono::seconds{1};  // documented
  auto& s = *impl_;
  if (now - s.looked < every) return {};
  s.looked = now;
  s.stamp(clock_stamp::moment::in_use);
  struct stat ours{}, there{};
  if (::fstat(s.lock.get(), &ours) != 0) return cannot(s.path, "look at", errno);
  if (::lstat(s.path.c_str(), &there) == 0) {
    if (there.st_dev == ours.st_dev && there.st_ino == ours.st_ino) return {};
    return failure{failure_kind::mend, s.path,
                   "the file of the quota that the key has used was replaced while it was in use: another "
                   "pawl may use the same key now",
                   "find out what did that, and run the same command again"};
  }
  if (errno != ENOENT && errno != ENOTDIR) return cannot(s.path, "look at", errno);

  // The mapping still holds everything. The pages of the new file replace the old ones at the same addresses,
  // so that the entries stay where they are.
  const auto dir = open_directory(s.directory);
  if (!dir) return dir.error();
  auto made = open_file((*dir).get(), s.name, s.path);
  if (!made) return made.error();
  const int fd = made->fd.get();
  if (auto locked = take_lock(fd, s.path); !locked) return locked;
  if (auto reserved = reserve(fd, s.size, s.path); !reserved) return reserved;
  const auto* bytes = static_cast<const char*>(s.mapping);
  for (std::size_t done = 0; done < s.size;) {
    const auto n = ::pwrite(fd, bytes + done, s.size - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return cannot(s.path, "keep", n < 0 ? errno : EIO);
    done += static_cast<std::size_t>(n);
  }
  if (::mmap(s.mapping, s.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
    return cannot(s.path, "map", errno);
  if (::fsync(fd) != 0 || ::fsync((*dir).get()) != 0) return cannot(s.path, "keep", errno);
  s.lock = std::move(made->fd);
  return {};
}

expected<quota_file> quota_file::open(const std::string& directory, std::string_view host, const secret& key,
                                      const policy::pacer_options& writes, const policy::pacer_options& reads,
                                      const past_writes& past) {
  return quota_file_access::open(directory, host, key, writes, reads, {}, past);
}

quota_file::quota_file(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
quota_file::quota_file(quota_file&&) noexcept = default;
quota_file& quota_file::operator=(quota_file&&) noexcept = default;
quota_file::~quota_file() = default;

std::span<slot_entry> quota_file::writes() noexcept {
  return impl_->writes.entries;
}
std::span<slot_entry> quota_file::reads() noexcept {
  return impl_->reads.entries;
}
policy::kept_quota quota_file::kept(policy::request_kind kind) noexcept {
  return kind == policy::request_kind::write ? impl_->writes : impl_->reads;
}

}  // namespace pawl::client

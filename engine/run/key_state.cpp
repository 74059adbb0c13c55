#include "engine/run/key_state.hpp"

#include "engine/run/key_state_file.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::run {
namespace {

using policy::slot_entry;

constexpr std::string_view other_directory = "name another directory with --state-dir";

// A file descriptor with an owner.
class file {
 public:
  explicit file(int fd = -1) noexcept : fd_(fd) {}
  file(file&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  file& operator=(file&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  // Nothing is buffered in a descriptor that was only read or mapped: closing cannot lose anything.
  ~file() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

failure cannot(std::string place, std::string_view doing, int error) {
  std::string remedy(other_directory);
  if (error == ENOSPC || error == EDQUOT) remedy = "free some space there, or " + remedy;
  return {failure_kind::mend, std::move(place),
          fmt::format("cannot {} the quota that the key has used ({})", doing,
                      std::generic_category().message(error)),
          std::move(remedy)};
}

// The whole of a small file of the system, at most `bound` bytes; empty if it cannot be read.
std::string read_small(const std::string& path, std::size_t bound) {
  const file in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(bound, '\0');
  std::size_t size = 0;
  while (in && size < bound) {
    const auto n = ::read(in.get(), text.data() + size, bound - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  text.resize(size);
  return text;
}

// "pawl run jobs.csv": the program and its first words up to the first flag. Flags can carry anything (a URL
// with a password), so none of them is kept.
std::string own_command(const std::string& path) {
  const auto raw = read_small(path, 1024);
  std::string command;
  std::size_t words = 0;
  for (std::size_t at = 0; at < raw.size() && words < 3; ++words) {
    auto word = raw.substr(at, raw.find('\0', at) - at);
    at += word.size() + 1;
    if (words == 0) word.erase(0, word.rfind('/') + 1);
    if (word.starts_with('-')) break;
    command += (words ? " " : "") + word;
  }
  for (auto& c : command)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return command;
}

template <std::size_t N>
void put(char (&into)[N], std::string_view text) noexcept {
  std::memcpy(into, text.data(), std::min(text.size(), N - 1));
}

template <std::size_t N>
std::string_view get(const char (&from)[N]) noexcept {
  return {from, ::strnlen(from, N)};
}

bool sound(const key_state_header& h, std::uint64_t file_size) noexcept {
  return std::memcmp(h.magic, key_state_header::magic_text, sizeof h.magic) == 0 &&
         h.checksum == checksum_of(h) && h.entry_size == sizeof(slot_entry) &&
         file_size == key_state_header::entries_offset +
                          sizeof(slot_entry) * (std::uint64_t{h.write_entries} + h.read_entries);
}

bool read_header(int fd, key_state_header& h) noexcept {
  return ::pread(fd, &h, sizeof h, 0) == static_cast<ssize_t>(sizeof h);
}

std::string utc(std::int64_t seconds) {
  const auto t = static_cast<std::time_t>(seconds);
  std::tm parts{};
  if (!::gmtime_r(&t, &parts)) return "an unknown time";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

failure held_by_another(const std::string& path, std::string_view host, int fd) {
  failure f{failure_kind::later, path, "", "wait for it to end, or stop it, then run the same command again"};
  key_state_header h{};
  // The holder may be in the middle of writing its name.
  if (!read_header(fd, h) || h.checksum != checksum_of(h)) {
    f.what = fmt::format("another pawl uses this key on {}", host);
    return f;
  }
  const auto command = get(h.holder_command);
  f.what = fmt::format("this key is in use on {} by process {} ({}), since {}", host, h.holder_pid,
                       command.empty() ? "pawl" : command, utc(h.holder_since));
  return f;
}

// The state directory, opened: what is made in it cannot be redirected by a later rename or link.
expected<file> open_directory(const std::string& path) {
  if (path.empty())
    return failure{failure_kind::usage, "--state-dir",
                   "there is no directory for the quota that the key has used",
                   "set HOME or XDG_STATE_HOME, or name a directory with --state-dir"};
  // Parents as the user's mask has them, the last one private.
  const auto trimmed = std::filesystem::path(path).lexically_normal();
  const auto leaf = trimmed.has_filename() ? trimmed : trimmed.parent_path();
  std::error_code ec;
  if (leaf.has_parent_path()) std::filesystem::create_directories(leaf.parent_path(), ec);
  if (ec) return cannot(leaf.parent_path().string(), "make the directory for", ec.value());
  if (::mkdir(leaf.c_str(), 0700) != 0 && errno != EEXIST)
    return cannot(path, "make the directory for", errno);

  file directory(::open(leaf.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return cannot(path, "open the directory of", errno);
  struct stat is {};
  if (::fstat(directory.get(), &is) != 0) return cannot(path, "look at the directory of", errno);
  const bool ours = is.st_uid == ::geteuid() || ::geteuid() == 0;
  if (!ours || (is.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return failure{
        failure_kind::mend, path,
        ours ? "others may write to the state directory" : "the state directory belongs to another user",
        fmt::format("{}{}", ours ? "take that from them (chmod go-w), or " : "", other_directory)};
  return directory;
}

struct opened {
  file fd;
  bool brand_new = false;
};

expected<opened> open_file(int directory, const std::string& name, const std::string& path) {
  constexpr int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
  opened o;
  o.fd = file(::openat(directory, name.c_str(), flags | O_CREAT | O_EXCL, 0600));
  o.brand_new = static_cast<bool>(o.fd);
  if (!o.fd && errno == EEXIST) o.fd = file(::openat(directory, name.c_str(), flags));
  if (!o.fd && errno == ELOOP)
    return failure{failure_kind::mend, path, "is a symbolic link, which pawl never makes",
                   fmt::format("remove it, or {}", other_directory)};
  if (!o.fd) return cannot(path, "open", errno);
  struct stat is {};
  if (::fstat(o.fd.get(), &is) != 0) return cannot(path, "look at", errno);
  if (!S_ISREG(is.st_mode) || is.st_nlink != 1)
    return failure{failure_kind::mend, path, "is not a plain file with one name, as pawl makes it",
                   fmt::format("remove it, or {}", other_directory)};
  if ((is.st_mode & 07777) != 0600 && ::fchmod(o.fd.get(), 0600) != 0) return cannot(path, "protect", errno);
  return o;
}

// The entries of one class of the file before, as the class needs them now.
std::vector<slot_entry> carry_over(std::span<const slot_entry> before, std::size_t needed, std::int64_t now) {
  if (needed == 0) return {};
  // An unlimited class left no record of what it sent.
  if (before.empty()) return std::vector<slot_entry>(needed, slot_entry{now, now});
  std::vector<slot_entry> kept;
  for (auto e : before) {
    if (e.sent == 0 && e.closed == 0) continue;
    if (e.closed <= 0 || e.closed > now) e.closed = now;  // in flight when its process died
    kept.push_back(e);
  }
  const bool full = kept.size() == before.size();
  std::ranges::sort(kept, std::ranges::greater{}, &slot_entry::closed);
  // The newest: whether fewer than `limit` of them are still held is all that a window asks.
  if (kept.size() > needed) kept.resize(needed);
  // A full ring has overwritten older ones, which a longer window may still hold: they count as closed with
  // the oldest that is left.
  kept.resize(needed, full ? kept.back() : slot_entry{});
  return kept;
}

}  // namespace

std::chrono::nanoseconds boot_clock_now() noexcept {
  return clock::now().time_since_epoch();
}

std::uint64_t checksum_of(const key_state_header& h) noexcept {
  std::array<unsigned char, offsetof(key_state_header, checksum)> bytes;
  std::memcpy(bytes.data(), &h, bytes.size());
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const auto b : bytes) sum = (sum ^ b) * 0x100000001b3;
  return sum;
}

std::string key_state_file_name(std::string_view host, const secret& key) {
  std::string text;  // the zero keeps host and key apart
  for (const char c : host) text += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  text += '\0';
  text += key.reveal();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  const int hashed = EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  OPENSSL_cleanse(text.data(), text.size());
  if (hashed != 1) throw std::bad_alloc();  // the one way it can fail
  std::string name = "quota-";
  for (unsigned i = 0; i < size; ++i) name += fmt::format("{:02x}", digest[i]);
  return name;
}

struct key_state::impl {
  file lock;  // the file itself; closing it lets go of the lock
  void* mapping = MAP_FAILED;
  std::size_t size = 0;
  std::span<slot_entry> writes, reads;

  impl() = default;
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() {
    if (mapping != MAP_FAILED) ::munmap(mapping, size);
  }
};

expected<key_state> key_state_access::open(const std::string& directory, std::string_view host,
                                           const secret& key, const policy::pacer_options& writes,
                                           const policy::pacer_options& reads,
                                           const key_state_system& system) {
  const auto dir = open_directory(directory);
  if (!dir) return dir.error();
  const auto name = key_state_file_name(host, key);
  const auto path = (std::filesystem::path(directory) / name).string();
  auto opened = open_file((*dir).get(), name, path);
  if (!opened) return opened.error();
  const int fd = opened->fd.get();
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return held_by_another(path, host, fd);
    if (errno != EINTR) return cannot(path, "lock", errno);
  }

  struct stat is {};
  if (::fstat(fd, &is) != 0) return cannot(path, "look at", errno);
  auto boot_id = read_small(system.boot_id_path, sizeof(key_state_header::boot_id) - 1);
  while (!boot_id.empty() && boot_id.back() == '\n') boot_id.pop_back();

  // What was before, taken out whole: its place may become smaller, larger or another.
  const std::size_t need_writes = policy::pacer::entries_needed(writes);
  const std::size_t need_reads = policy::pacer::entries_needed(reads);
  const auto now = std::max<std::int64_t>(system.now().count(), 1);
  key_state_header before{};
  std::vector<slot_entry> was;
  bool same = read_header(fd, before) && sound(before, static_cast<std::uint64_t>(is.st_size)) &&
              !boot_id.empty() && get(before.boot_id) == boot_id;
  if (same) {
    was.resize(std::size_t{before.write_entries} + before.read_entries);
    const auto bytes = was.size() * sizeof(slot_entry);
    for (std::size_t done = 0; done < bytes && same;) {
      const auto n = ::pread(fd, reinterpret_cast<char*>(was.data()) + done, bytes - done,
                             static_cast<off_t>(key_state_header::entries_offset + done));
      if (n < 0 && errno == EINTR) continue;
      same = n > 0;
      if (same) done += static_cast<std::size_t>(n);
    }
  }
  std::vector<slot_entry> write_entries(need_writes), read_entries(need_reads);
  if (same) {
    const std::span all(was);
    write_entries = carry_over(all.first(before.write_entries), need_writes, now);
    read_entries = carry_over(all.subspan(before.write_entries), need_reads, now);
  } else if (!opened->brand_new) {
    std::ranges::fill(write_entries, slot_entry{now, now});
    std::ranges::fill(read_entries, slot_entry{now, now});
  }

  auto state = std::make_unique<key_state::impl>();
  state->size = key_state_header::entries_offset + (need_writes + need_reads) * sizeof(slot_entry);
  // Space is reserved now: writing through a mapping to a full disk would kill the process.
  if (::ftruncate(fd, static_cast<off_t>(state->size)) != 0) return cannot(path, "keep", errno);
  int error = 0;
  do error = ::posix_fallocate(fd, 0, static_cast<off_t>(state->size));
  while (error == EINTR);
  if (error != 0) return cannot(path, "keep", error);
  state->mapping = ::mmap(nullptr, state->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (state->mapping == MAP_FAILED) return cannot(path, "map", errno);
  auto* bytes = static_cast<char*>(state->mapping);

  // Torn until the last step: a process killed in between leaves "full", not half of the past. (The order
  // within the mapping needs no flush: a power loss changes the boot id.)
  std::memset(bytes, 0, sizeof(key_state_header));
  std::atomic_signal_fence(std::memory_order_seq_cst);
  auto* entries = reinterpret_cast<slot_entry*>(bytes + key_state_header::entries_offset);
  state->writes = {entries, need_writes};
  state->reads = {entries + need_writes, need_reads};
  std::ranges::copy(write_entries, state->writes.begin());
  std::ranges::copy(read_entries, state->reads.begin());

  key_state_header header{};
  std::memcpy(header.magic, key_state_header::magic_text, sizeof header.magic);
  header.entry_size = sizeof(slot_entry);
  header.write_entries = static_cast<std::uint32_t>(need_writes);
  header.read_entries = static_cast<std::uint32_t>(need_reads);
  header.holder_pid = ::getpid();
  header.holder_since = std::time(nullptr);
  put(header.boot_id, boot_id);
  put(header.holder_command, own_command(system.command_path));
  header.checksum = checksum_of(header);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // the entries before the header that vouches for them
  std::memcpy(bytes, &header, sizeof header);
  // A file that a power loss takes back would look brand-new and start empty.
  if (opened->brand_new && (::fsync(fd) != 0 || ::fsync((*dir).get()) != 0))
    return cannot(path, "keep", errno);

  state->lock = std::move(opened->fd);
  return key_state(std::move(state));
}

expected<key_state> key_state::open(const std::string& directory, std::string_view host, const secret& key,
                                    const policy::pacer_options& writes, const policy::pacer_options& reads) {
  return key_state_access::open(directory, host, key, writes, reads, {});
}

key_state::key_state(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
key_state::key_state(key_state&&) noexcept = default;
key_state& key_state::operator=(key_state&&) noexcept = default;
key_state::~key_state() = default;

std::span<slot_entry> key_state::writes() noexcept {
  return impl_->writes;
}
std::span<slot_entry> key_state::reads() noexcept {
  return impl_->reads;
}

}  // namespace pawl::run

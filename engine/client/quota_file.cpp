#include "engine/client/quota_file.hpp"

#include "engine/client/quota_file_layout.hpp"
#include "engine/model/option.hpp"
#include "engine/sys/boot_clock.hpp"
#include "engine/sys/descriptor.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/letter_case.hpp"

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

// The whole of a small file of the system, at most `bound` bytes; empty if it cannot be read.
std::string read_small(const std::string& path, std::size_t bound) {
  const descriptor in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
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

// The layout that the file has; unset: none that can be read.
enum class layout { present, earlier };
std::optional<layout> layout_of(const quota_file_header& h, std::uint64_t file_size) noexcept {
  const auto is = [&](const char(&magic)[8], std::size_t entry_size) {
    return std::memcmp(h.magic, magic, sizeof magic) == 0 && h.entry_size == entry_size &&
           file_size == quota_file_header::entries_offset +
                            entry_size * (std::uint64_t{h.write_entries} + h.read_entries);
  };
  if (h.checksum != checksum_of(h)) return std::nullopt;
  if (is(quota_file_header::magic_text, sizeof(slot_entry))) return layout::present;
  if (is(quota_file_header::earlier_magic, quota_file_header::earlier_entry_size)) return layout::earlier;
  return std::nullopt;
}

bool read_header(int fd, quota_file_header& h) noexcept {
  return ::pread(fd, &h, sizeof h, 0) == static_cast<ssize_t>(sizeof h);
}

failure held_by_another(const std::string& path, int fd) {
  failure f{failure_kind::later, "", "", held_remedy(), true};
  quota_file_header h{};
  // The holder may be in the middle of writing its name.
  if (!read_header(fd, h) || h.checksum != checksum_of(h)) {
    f.what = fmt::format("another pawl that has just started uses this key: {}", path);
    return f;
  }
  const auto command = get(h.holder_command);
  f.what = fmt::format("pid {} ({}), started {}, uses this key: {}", h.holder_pid,
                       command.empty() ? "pawl" : command,
                       date_and_time(std::chrono::sys_seconds{std::chrono::seconds{h.holder_since}}), path);
  return f;
}

// The state directory, opened: what is made in it cannot be redirected by a later rename or link.
expected<descriptor> open_directory(const std::string& path) {
  if (path.empty())
    return failure{failure_kind::usage, to_string(option::state_dir),
                   "there is no directory for the quota that the key has used",
                   "set HOME or XDG_STATE_HOME, or name a directory with " + to_string(option::state_dir)};
  // Parents as the user's mask has them, the last one private.
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

// The entries of one class of a file, as the class needs them now.
std::vector<slot_entry> carry_over(std::span<const slot_entry> before, std::size_t needed, std::int64_t now) {
  if (needed == 0) return {};
  // An unlimited class left no record of what it sent.
  if (before.empty()) return std::vector<slot_entry>(needed, slot_entry{now, now});
  std::vector<slot_entry> kept;
  for (auto e : before) {
    if (e.is_unused()) continue;
    // Torn, or in flight when its process died, or a time that cannot be.
    if (!e.is_sound() || e.closed <= 0 || e.closed > now) e = {now, now};
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

// What both hold; the newest where it is more than fits.
void add(std::vector<slot_entry>& to, std::span<const slot_entry> more) {
  const auto size = to.size();
  to.insert(to.end(), more.begin(), more.end());
  std::ranges::sort(to, std::ranges::greater{}, &slot_entry::closed);
  to.resize(size);
}

// What the windows start with.
struct contents {
  std::vector<slot_entry> writes, reads;
  std::int64_t now;

  contents(std::size_t need_writes, std::size_t need_reads, std::int64_t at)
      : writes(need_writes), reads(need_reads), now(at) {}
  void fill() {
    std::ranges::fill(writes, slot_entry{now, now});
    std::ranges::fill(reads, slot_entry{now, now});
  }
  void add_file(std::span<const slot_entry> all, std::uint32_t of_writes) {
    add(writes, carry_over(all.first(of_writes), writes.size(), now));
    add(reads, carry_over(all.subspan(of_writes), reads.size(), now));
  }
  void add_writes(const std::vector<duration>& ages) {
    std::vector<slot_entry> entries;
    for (const auto age : ages) {
      const auto at = std::max<std::int64_t>(now - std::chrono::nanoseconds{age}.count(), 1);
      entries.push_back({at, at});
    }
    add(writes, entries);
  }
};

bool read_at(int fd, void* to, std::size_t bytes, std::size_t from) noexcept {
  for (std::size_t done = 0; done < bytes;) {
    const auto n = ::pread(fd, static_cast<char*>(to) + done, bytes - done, static_cast<off_t>(from + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

// Adds what a file of this boot holds, taken out whole: its place may become smaller, larger or another.
// False: it is torn, or of another boot.
bool add_entries(int fd, std::string_view boot, contents& to) {
  struct stat is{};
  quota_file_header h{};
  if (::fstat(fd, &is) != 0 || !read_header(fd, h) || boot.empty() || get(h.boot_id) != boot) return false;
  const auto has = layout_of(h, static_cast<std::uint64_t>(is.st_size));
  if (!has) return false;
  std::vector<slot_entry> all(std::size_t{h.write_entries} + h.read_entries);
  if (*has == layout::present) {
    if (!read_at(fd, all.data(), all.size() * sizeof(slot_entry), quota_file_header::entries_offset))
      return false;
  } else {
    std::vector<std::int64_t> pairs(2 * all.size());
    if (!read_at(fd, pairs.data(), pairs.size() * sizeof(std::int64_t), quota_file_header::entries_offset))
      return false;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = {pairs[2 * i], pairs[2 * i + 1]};
  }
  to.add_file(all, h.write_entries);
  return true;
}

// Where the name ends and ":443" begins.
std::size_t end_of_name(std::string_view host) noexcept {
  const auto colon = host.find_last_not_of("0123456789");
  return colon != std::string_view::npos && host[colon] == ':' ? colon : host.size();
}

// "API.example.com.:443" is "api.example.com:443".
std::string one_spelling(std::string_view host) {
  auto lower = in_lower_case(host);
  const auto end = end_of_name(lower);
  if (end > 0 && lower[end - 1] == '.') lower.erase(end - 1, 1);
  return lower;
}

// "quota-" and the SHA-256 of the text, which is wiped.
std::string name_of(std::string text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  const int hashed = EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  OPENSSL_cleanse(text.data(), text.size());
  if (hashed != 1) throw std::bad_alloc();  // the one way it can fail
  std::string name = "quota-";
  for (unsigned i = 0; i < size; ++i) name += fmt::format("{:02x}", digest[i]);
  return name;
}

// What earlier versions may have left for this host and key: they took the name as it was spelt.
std::vector<std::string> earlier_names(std::string_view host, const secret& key) {
  const auto plain = one_spelling(host);
  auto dotted = plain;
  dotted.insert(end_of_name(plain), ".");
  return {earlier_quota_file_name(plain, key), earlier_quota_file_name(dotted, key)};
}

// Files of earlier versions for other hosts and keys, in no order.
void add_other_files(int directory, const std::string& path, std::string_view boot, contents& to) {
  constexpr std::size_t most_files = 256;  // more than anybody has; chosen
  std::error_code error;
  std::size_t seen = 0;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (!name.starts_with("quota-") || ++seen > most_files) continue;
    const descriptor one(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    quota_file_header h{};
    const bool is_earlier = one && read_header(one.get(), h) &&
                            std::memcmp(h.magic, quota_file_header::earlier_magic, sizeof h.magic) == 0;
    if (is_earlier) add_entries(one.get(), boot, to);
  }
}

}  // namespace

std::chrono::nanoseconds boot_clock_now() noexcept {
  return clock::now().time_since_epoch();
}

std::uint64_t checksum_of(const quota_file_header& h) noexcept {
  std::array<unsigned char, offsetof(quota_file_header, checksum)> bytes;
  std::memcpy(bytes.data(), &h, bytes.size());
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const auto b : bytes) sum = (sum ^ b) * 0x100000001b3;
  return sum;
}

std::string quota_file_name(std::string_view host, const secret& key) {
  using namespace std::string_view_literals;
  // The zero in front keeps it apart from what earlier versions made of host and key.
  std::string text{key.empty() ? "\0host\0"sv : "\0key\0"sv};
  text += key.empty() ? one_spelling(host) : std::string{key.reveal()};
  return name_of(std::move(text));
}

std::string earlier_quota_file_name(std::string_view host, const secret& key) {
  auto text = in_lower_case(host);  // the zero keeps host and key apart
  text += '\0';
  text += key.reveal();
  return name_of(std::move(text));
}

struct quota_file::impl {
  std::string directory, name, path;
  descriptor lock;  // the file itself; closing it lets go of the lock
  void* mapping = MAP_FAILED;
  std::size_t size = 0;
  std::span<slot_entry> writes, reads;
  time_point looked{};  // whether the file is in its place

  impl() = default;
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() {
    if (mapping != MAP_FAILED) ::munmap(mapping, size);
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

// Space is reserved at once: writing through a mapping to a full disk would kill the process.
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
  auto state = std::make_unique<quota_file::impl>();
  state->directory = directory;
  state->name = quota_file_name(host, key);
  state->path = (std::filesystem::path(directory) / state->name).string();
  const auto& path = state->path;
  auto opened = open_file(place, state->name, path);
  if (!opened) return opened.error();
  const int fd = opened->fd.get();
  if (auto locked = take_lock(fd, path); !locked) return locked.error();

  // What an earlier version left, and keeps locked while it runs.
  std::vector<std::pair<std::string, descriptor>> left;
  for (const auto& name : earlier_names(host, key)) {
    descriptor one(::openat(place, name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!one) continue;
    const auto there = (std::filesystem::path(directory) / name).string();
    if (auto locked = take_lock(one.get(), there); !locked) {
      // The next one is to find the file as brand-new as this one did.
      if (opened->brand_new) ::unlinkat(place, state->name.c_str(), 0);
      return locked.error();
    }
    left.emplace_back(name, std::move(one));
  }

  const auto boot = boot_id(system.boot_id_path);
  contents start(policy::pacer::entries_needed(writes), policy::pacer::entries_needed(reads),
                 std::max<std::int64_t>(system.now().count(), 1));
  bool known = opened->brand_new || add_entries(fd, boot, start);
  for (const auto& [name, one] : left) known = add_entries(one.get(), boot, start) && known;
  if (opened->brand_new && left.empty()) {
    add_other_files(place, directory, boot, start);
    if (past && !start.writes.empty()) {
      const auto ages = past();
      if (!ages) {
        ::unlinkat(place, state->name.c_str(), 0);
        return ages.error();
      }
      start.add_writes(*ages);
    }
  }
  if (!known) start.fill();

  state->size =
      quota_file_header::entries_offset + (start.writes.size() + start.reads.size()) * sizeof(slot_entry);
  if (auto reserved = reserve(fd, state->size, path); !reserved) return reserved.error();
  state->mapping = ::mmap(nullptr, state->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (state->mapping == MAP_FAILED) return cannot(path, "map", errno);
  auto* bytes = static_cast<char*>(state->mapping);

  // Torn until the last step: a process killed in between leaves "full", not half of the past. (The order
  // within the mapping needs no flush: a power loss changes the boot id.)
  std::memset(bytes, 0, sizeof(quota_file_header));
  std::atomic_signal_fence(std::memory_order_seq_cst);
  auto* entries = reinterpret_cast<slot_entry*>(bytes + quota_file_header::entries_offset);
  state->writes = {entries, start.writes.size()};
  state->reads = {entries + start.writes.size(), start.reads.size()};
  std::ranges::copy(start.writes, state->writes.begin());
  std::ranges::copy(start.reads, state->reads.begin());

  quota_file_header header{};
  std::memcpy(header.magic, quota_file_header::magic_text, sizeof header.magic);
  header.entry_size = sizeof(slot_entry);
  header.write_entries = static_cast<std::uint32_t>(start.writes.size());
  header.read_entries = static_cast<std::uint32_t>(start.reads.size());
  header.holder_pid = ::getpid();
  header.holder_since = std::time(nullptr);
  put(header.boot_id, boot);
  put(header.holder_command, own_command(system.command_path));
  header.checksum = checksum_of(header);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // the entries before the header that vouches for them
  std::memcpy(bytes, &header, sizeof header);
  // A file that a power loss takes back would look brand-new and start empty.
  if (opened->brand_new && (::fsync(fd) != 0 || ::fsync(place) != 0)) return cannot(path, "keep", errno);
  for (const auto& [name, one] : left) ::unlinkat(place, name.c_str(), 0);  // else it is added once more

  state->lock = std::move(opened->fd);
  return quota_file(std::move(state));
}

status quota_file::keep_file(time_point now) {
  constexpr duration every = std::chrono::seconds{1};  // documented
  auto& s = *impl_;
  if (now - s.looked < every) return {};
  s.looked = now;
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

  // The mapping still holds everything; the pages of the new file take its place, so that the entries stay
  // where they are.
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
  return impl_->writes;
}
std::span<slot_entry> quota_file::reads() noexcept {
  return impl_->reads;
}

}  // namespace pawl::client

#include "engine/client/quota_file_contents.hpp"

#include "engine/sys/descriptor.hpp"
#include "engine/text/letter_case.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::client {
namespace {

using policy::slot_entry;

// The layout that the file has; unset: it cannot be read.
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

// Fits the entries that a file has for one class to the number that the class needs now.
std::vector<slot_entry> carry_over(std::span<const slot_entry> before, std::size_t needed, std::int64_t now) {
  if (needed == 0) return {};
  // An unlimited class left no record of what it sent.
  if (before.empty()) return std::vector<slot_entry>(needed, slot_entry{now, now});
  std::vector<slot_entry> kept;
  for (auto e : before) {
    if (e.is_unused()) continue;
    // The entry is torn, was in flight when its process died, or has an impossible time.
    if (!e.is_sound() || e.closed <= 0 || e.closed > now) e = {now, now};
    kept.push_back(e);
  }
  const bool full = kept.size() == before.size();
  std::ranges::sort(kept, std::ranges::greater{}, &slot_entry::closed);
  // Keeps the newest: a window only asks whether fewer than `limit` of them are still held.
  if (kept.size() > needed) kept.resize(needed);
  // A full ring has overwritten older entries, which a longer window may still hold. They count as closed
  // together with the oldest one left.
  kept.resize(needed, full ? kept.back() : slot_entry{});
  return kept;
}

// Adds entries to others; keeps the newest if there are more than fit.
void merge(std::vector<slot_entry>& to, std::span<const slot_entry> more) {
  const auto size = to.size();
  to.insert(to.end(), more.begin(), more.end());
  std::ranges::sort(to, std::ranges::greater{}, &slot_entry::closed);
  to.resize(size);
}

bool read_at(int fd, void* to, std::size_t bytes, std::size_t from) noexcept {
  for (std::size_t done = 0; done < bytes;) {
    const auto n = ::pread(fd, static_cast<char*>(to) + done, bytes - done, static_cast<off_t>(from + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

// Where the name ends and the port, as in ":443", begins.
std::size_t end_of_name(std::string_view host) noexcept {
  const auto colon = host.find_last_not_of("0123456789");
  return colon != std::string_view::npos && host[colon] == ':' ? colon : host.size();
}

// Makes "API.example.com.:443" the same as "api.example.com:443".
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
  if (hashed != 1) throw std::bad_alloc();  // hashing cannot fail in another way
  std::string name = "quota-";
  for (unsigned i = 0; i < size; ++i) name += fmt::format("{:02x}", digest[i]);
  return name;
}

}  // namespace

std::uint64_t checksum_of(const quota_file_header& h) noexcept {
  std::array<unsigned char, offsetof(quota_file_header, checksum)> bytes;
  std::memcpy(bytes.data(), &h, bytes.size());
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const auto b : bytes) sum = (sum ^ b) * 0x100000001b3;
  return sum;
}

bool read_header(int fd, quota_file_header& h) noexcept {
  return ::pread(fd, &h, sizeof h, 0) == static_cast<ssize_t>(sizeof h);
}

void quota_file_contents::fill() {
  std::ranges::fill(writes_, slot_entry{now_, now_});
  std::ranges::fill(reads_, slot_entry{now_, now_});
}

void quota_file_contents::add(std::span<const slot_entry> all, std::uint32_t of_writes) {
  merge(writes_, carry_over(all.first(of_writes), writes_.size(), now_));
  merge(reads_, carry_over(all.subspan(of_writes), reads_.size(), now_));
}

void quota_file_contents::add_writes(const std::vector<duration>& ages) {
  std::vector<slot_entry> entries;
  for (const auto age : ages) {
    const auto at = std::max<std::int64_t>(now_ - std::chrono::nanoseconds{age}.count(), 1);
    entries.push_back({at, at});
  }
  merge(writes_, entries);
}

bool quota_file_contents::add_file(int fd, std::string_view boot) {
  struct stat is{};
  quota_file_header h{};
  if (::fstat(fd, &is) != 0 || !read_header(fd, h) || boot.empty() || text_of(h.boot_id) != boot)
    return false;
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
  add(all, h.write_entries);
  return true;
}

void quota_file_contents::add_other_files(int directory, const std::string& path, std::string_view boot) {
  constexpr std::size_t most_files = 256;  // chosen: more than anybody has
  std::error_code error;
  std::size_t seen = 0;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (!name.starts_with("quota-") || ++seen > most_files) continue;
    const descriptor one(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    quota_file_header h{};
    const bool is_earlier = one && read_header(one.get(), h) &&
                            std::memcmp(h.magic, quota_file_header::earlier_magic, sizeof h.magic) == 0;
    if (is_earlier) add_file(one.get(), boot);
  }
}

std::string quota_file_name(std::string_view host, const secret& key) {
  using namespace std::string_view_literals;
  // The zero in front makes this text differ from those that earlier versions made of host and key.
  std::string text{key.empty() ? "\0host\0"sv : "\0key\0"sv};
  text += key.empty() ? one_spelling(host) : std::string{key.reveal()};
  return name_of(std::move(text));
}

std::string earlier_quota_file_name(std::string_view host, const secret& key) {
  auto text = in_lower_case(host);  // the zero below separates host and key
  text += '\0';
  text += key.reveal();
  return name_of(std::move(text));
}

std::vector<std::string> earlier_quota_file_names(std::string_view host, const secret& key) {
  const auto plain = one_spelling(host);
  auto dotted = plain;
  dotted.insert(end_of_name(plain), ".");
  return {earlier_quota_file_name(plain, key), earlier_quota_file_name(dotted, key)};
}

}  // namespace pawl::client

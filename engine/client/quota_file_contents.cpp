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

using policy::kept_quota;
using policy::minute_entry;
using policy::slot_entry;

// The layout that the file has; unset: it cannot be read.
enum class layout { present, second, first };
std::optional<layout> layout_of(const quota_file_header& h, std::uint64_t file_size) noexcept {
  const auto is = [&](const char(&magic)[8], std::size_t entry_size, std::uint64_t beside) {
    return std::memcmp(h.magic, magic, sizeof magic) == 0 && h.entry_size == entry_size &&
           file_size == quota_file_header::entries_offset +
                            entry_size * (std::uint64_t{h.write_entries} + h.read_entries) + beside;
  };
  if (h.checksum != checksum_of(h)) return std::nullopt;
  const auto beside =
      sizeof(std::uint64_t) * (std::uint64_t{h.write_minutes} + h.read_minutes + h.write_ids + h.read_ids);
  if (is(quota_file_header::magic_text, sizeof(slot_entry), beside)) return layout::present;
  if (is(quota_file_header::second_magic, sizeof(slot_entry), 0)) return layout::second;
  if (is(quota_file_header::earlier_magic, quota_file_header::earlier_entry_size, 0)) return layout::first;
  return std::nullopt;
}

// With the latest moment that the entry may stand for.
slot_entry as_closed(const slot_entry& e, std::int64_t now) noexcept {
  return e.is_over(now) ? e : slot_entry::on_its_way(now);
}

struct entry_with_id {
  slot_entry entry;
  std::uint64_t id = kept_quota::no_id;

  bool is_older_than(const entry_with_id& o) const noexcept { return entry.closed < o.entry.closed; }
};

// Fits the entries that a file has for one class to the number that the class needs now.
std::vector<entry_with_id> carry_over(const quota_file_contents::kept& before, std::size_t needed,
                                      std::int64_t now) {
  if (needed == 0) return {};
  // An unlimited class left no record of what it sent.
  if (before.entries.empty())
    return std::vector<entry_with_id>(needed, {slot_entry::on_its_way(now), kept_quota::any_id});
  std::vector<entry_with_id> kept;
  for (std::size_t i = 0; i < before.entries.size(); ++i)
    if (const auto& e = before.entries[i]; !e.is_unused())
      kept.push_back({as_closed(e, now), before.ids.empty() ? kept_quota::any_id : before.ids[i]});
  const bool full = kept.size() == before.entries.size();
  std::ranges::sort(kept, [](const auto& a, const auto& b) { return b.is_older_than(a); });
  // Keeps the newest: a window only asks whether fewer than `limit` of them are still held.
  if (kept.size() > needed) kept.resize(needed);
  // A full ring has overwritten older entries, which a longer window may still hold. They count as closed
  // together with the oldest one left.
  entry_with_id rest;
  if (full) rest = {kept.back().entry, kept_quota::any_id};
  kept.resize(needed, rest);
  return kept;
}

// Adds entries to others; keeps the newest if there are more than fit.
void merge(quota_file_contents::kept& to, std::span<const entry_with_id> more) {
  std::vector<entry_with_id> all(more.begin(), more.end());
  for (std::size_t i = 0; i < to.entries.size(); ++i)
    all.push_back({to.entries[i], to.ids.empty() ? kept_quota::no_id : to.ids[i]});
  std::ranges::stable_sort(all, [](const auto& a, const auto& b) { return b.is_older_than(a); });
  for (std::size_t i = 0; i < to.entries.size(); ++i) {
    to.entries[i] = all[i].entry;
    if (!to.ids.empty()) to.ids[i] = all[i].id;
  }
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

quota_file_contents::quota_file_contents(const policy::pacer_options& writes,
                                         const policy::pacer_options& reads, const clock_stamp& now)
    : now_(std::max<std::int64_t>(now.entries, 1)), wall_(now.wall) {
  for (const auto& [of, into] : {std::pair{&writes, &writes_}, {&reads, &reads_}}) {
    into->entries.resize(policy::pacer::entries_needed(*of));
    into->minutes.resize(policy::pacer::minutes_needed(*of));
    if (!of->each.empty()) into->ids.resize(into->entries.size());
  }
}

void quota_file_contents::fill() {
  for (auto* one : {&writes_, &reads_}) {
    std::ranges::fill(one->entries, slot_entry::on_its_way(now_));
    std::ranges::fill(one->ids, kept_quota::any_id);
    if (!one->before_boot) {
      minute_entry::count(one->minutes, now_, minute_entry::most);
      continue;
    }
    for (const auto& m : *one->before_boot) minute_entry::count(one->minutes, m.begin(), m.count());
  }
}

void quota_file_contents::add(kept& to, const kept& from) const {
  merge(to, carry_over(from, to.entries.size(), now_));
  if (!to.minutes.empty()) add_minutes(to, from);
}

void quota_file_contents::add_minutes(kept& to, const kept& from) const {
  const auto add = [&to](std::int64_t at, std::uint64_t count) {
    minute_entry::count(to.minutes, at, count);
  };
  const bool has_minutes = !from.minutes.empty();
  // A class without limits left no record; a full ring has overwritten older entries.
  auto oldest = now_;
  bool complete = has_minutes || !from.entries.empty();
  if (!has_minutes && complete) complete = std::ranges::any_of(from.entries, &slot_entry::is_unused);
  for (const auto& e : from.entries) {
    if (e.is_unused()) continue;
    const auto closed = std::min(as_closed(e, now_).closed, now_);
    oldest = std::min(oldest, closed);
    // One whose end is not known has not been counted in its minute.
    if (!has_minutes || closed == now_) add(closed, 1);
  }
  if (!complete) add(oldest, minute_entry::most);
  const auto this_minute = minute_entry::minute_of(now_);
  for (const auto& m : from.minutes) {
    if (m.is_unused()) continue;
    const bool is_sound = m.is_sound() && m.minute() <= this_minute;
    add(is_sound ? m.begin() : now_, is_sound ? m.count() : minute_entry::most);
  }
}

// The age of a minute is what passed from its end to the stamp, by the clock of its boot, and from there to
// now by the wall clock: a wall clock that went back makes it younger, and none younger than now. What is
// newer than the stamp counts as closed now.
void quota_file_contents::add_before_boot(kept& to, const kept& from, const clock_stamp& then) const {
  constexpr std::int64_t day = std::chrono::nanoseconds{std::chrono::hours{24}}.count();
  constexpr std::uint64_t minutes_a_day = day / minute_entry::length.count();
  auto& known = to.before_boot ? *to.before_boot : to.before_boot.emplace();
  std::uint64_t newest = 0;
  for (const auto& m : from.minutes)
    if (m.is_sound() && !m.is_unused()) newest = std::max(newest, m.minute());

  const auto is_in_flight = [](const slot_entry& e) {
    return !e.is_unused() && !(e.is_sound() && e.closed > 0);
  };
  auto at_now = static_cast<std::uint64_t>(std::ranges::count_if(from.entries, is_in_flight));
  if (!then.is_complete()) at_now = from.entries.size();
  const auto since_stamp = std::clamp<std::int64_t>(wall_ - then.wall, 0, 2 * day);
  for (const auto& m : from.minutes) {
    if (m.is_unused() || (m.is_sound() && m.minute() + minutes_a_day < newest)) continue;
    if (!m.is_sound() || !then.is_sound() || m.minute() > minute_entry::minute_of(then.entries)) {
      at_now += m.is_sound() ? m.count() : minute_entry::most;
      continue;
    }
    const auto age = since_stamp + std::max<std::int64_t>(then.entries - m.end(), 0);
    if (age <= day) known.emplace_back(minute_entry::minute_of(now_ - age), m.count());
  }
  known.emplace_back(minute_entry::minute_of(now_), at_now);
}

void quota_file_contents::add_writes(const std::vector<duration>& ages) {
  kept before;
  for (const auto age : ages) {
    const auto at = std::max<std::int64_t>(now_ - std::chrono::nanoseconds{age}.count(), 1);
    before.entries.push_back({at, at});
  }
  std::vector<entry_with_id> entries;
  for (const auto& e : before.entries) entries.push_back({e, kept_quota::any_id});
  merge(writes_, entries);
  before.entries.emplace_back();  // nothing was overwritten
  if (!writes_.minutes.empty()) add_minutes(writes_, before);
}

bool quota_file_contents::add_file(int fd, std::string_view boot) {
  struct stat is{};
  quota_file_header h{};
  if (::fstat(fd, &is) != 0 || !read_header(fd, h) || boot.empty()) return false;
  const auto has = layout_of(h, static_cast<std::uint64_t>(is.st_size));
  if (!has) return false;
  std::size_t from = quota_file_header::entries_offset;
  const auto read_next = [&](auto& into) {
    const auto bytes = into.size() * sizeof(into[0]);
    const bool good = read_at(fd, into.data(), bytes, from);
    from += bytes;
    return good;
  };
  kept writes, reads;
  writes.entries.resize(h.write_entries);
  reads.entries.resize(h.read_entries);
  if (*has == layout::first) {
    for (auto* one : {&writes, &reads}) {
      std::vector<std::int64_t> pairs(2 * one->entries.size());
      if (!read_next(pairs)) return false;
      for (std::size_t i = 0; i < one->entries.size(); ++i)
        one->entries[i] = {pairs[2 * i], pairs[2 * i + 1]};
    }
  } else if (!read_next(writes.entries) || !read_next(reads.entries)) {
    return false;
  }
  if (*has == layout::present) {
    writes.minutes.resize(h.write_minutes);
    reads.minutes.resize(h.read_minutes);
    writes.ids.resize(h.write_ids);
    reads.ids.resize(h.read_ids);
    if (!read_next(writes.minutes) || !read_next(reads.minutes)) return false;
    if (!read_next(writes.ids) || !read_next(reads.ids)) return false;
    for (auto* one : {&writes, &reads})
      if (one->ids.size() != one->entries.size()) one->ids.clear();
  }
  const bool same_boot = text_of(h.boot_id) == boot;
  clock_stamp then;
  if (::pread(fd, &then, sizeof then, clock_stamp::offset) != static_cast<ssize_t>(sizeof then)) return false;
  for (const auto& [to, found] : {std::pair{&writes_, &writes}, {&reads_, &reads}}) {
    if (same_boot) {
      add(*to, *found);
      continue;
    }
    if (!found->minutes.empty()) add_before_boot(*to, *found, then);
  }
  return same_boot;
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

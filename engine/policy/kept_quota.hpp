// What of a key's quota survives the process, one class of requests at a time: plain values in memory that
// client/quota_file maps. Times are nanoseconds of the caller's epoch (boot_clock_now() in the state file).
#pragma once

#include "engine/model/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pawl::policy {

// One taken slot: 0 in `closed` while the request is in flight; both 0: unused.
//
// An entry is always assigned whole: `check` goes with it. One that was torn or altered is not sound, and
// counts as one that is still on its way, the worst that it can have said. (Zeros are not sound either.)
struct slot_entry {
  std::int64_t sent = 0;
  std::int64_t closed = 0;
  std::uint64_t check = check_of(sent, closed);

  bool is_sound() const noexcept { return check == check_of(sent, closed); }
  bool is_unused() const noexcept { return is_sound() && sent == 0 && closed == 0; }

  // How long a request may be on its way that a process had sent when it died: a slow way, and a server that
  // counts late. Chosen.
  static constexpr std::chrono::nanoseconds longest_way = std::chrono::seconds{1};
  // Whether it tells when its request was over, to one who looks at `now`. Else it is torn, or was in flight
  // when its process died, or has a time that cannot be.
  bool is_over(std::int64_t now) const noexcept {
    return is_sound() && closed > 0 && closed <= now + longest_way.count();
  }
  // What it counts as that is not over: its process may have died just now.
  static slot_entry on_its_way(std::int64_t now) noexcept { return {now, now + longest_way.count()}; }

  // No secret: it tells accidents, not people who know it. Odd constants of SplitMix64.
  static constexpr std::uint64_t check_of(std::int64_t sent, std::int64_t closed) noexcept {
    std::uint64_t x = static_cast<std::uint64_t>(sent) + 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x += static_cast<std::uint64_t>(closed);
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
};

// How many requests closed within one minute of the caller's epoch: what long windows are loaded from, so
// that 250,000 requests a day need no 250,000 slot entries. They count as closed at the end of their minute,
// which errs towards waiting by a minute at most, and only in the process that loads them.
//
// One aligned word, so that a process killed at any moment leaves the old count or the new one. A word that
// was altered is not sound, and counts as the most that it can have said, just now.
class minute_entry {
 public:
  static constexpr std::chrono::nanoseconds length = std::chrono::minutes{1};
  static constexpr std::uint64_t most = (1U << 20U) - 1;  // over every limit (config: 1,000,000)
  // A day and what begins and ends within a minute of it, and an hour more: no minute that a window still
  // holds is overwritten.
  static constexpr std::size_t needed = 1'500;
  // Minutes are numbered from so many before the caller's epoch on: requests of a day before a boot have a
  // number too.
  static constexpr std::int64_t before_epoch = needed;

  minute_entry() = default;
  minute_entry(std::uint64_t minute, std::uint64_t count) noexcept
      : word_(with_check((minute << count_bits) | std::min(count, most))) {}

  static std::uint64_t minute_of(std::int64_t time) noexcept {
    const auto since_first = time + before_epoch * length.count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since_first, 0) / length.count());
  }
  bool is_unused() const noexcept { return word_ == 0; }
  bool is_sound() const noexcept { return word_ == 0 || with_check(word_ >> check_bits) == word_; }
  std::uint64_t count() const noexcept { return (word_ >> check_bits) & most; }
  std::uint64_t minute() const noexcept { return word_ >> (check_bits + count_bits); }
  std::int64_t begin() const noexcept {
    return (static_cast<std::int64_t>(minute()) - before_epoch) * length.count();
  }
  std::int64_t end() const noexcept { return begin() + length.count(); }

  // Counts requests that close at `time` in the ring `of`, unless that is empty.
  static void count(std::span<minute_entry> of, std::int64_t time, std::uint64_t more = 1) noexcept {
    if (of.empty()) return;
    const auto minute = minute_of(time);
    auto& cell = of[minute % of.size()];
    const bool is_used = cell.is_sound() && !cell.is_unused();
    if (is_used && cell.minute() > minute) return;  // a whole ring ago: no window holds it
    const bool same = is_used && cell.minute() == minute;
    cell = minute_entry(minute, (same ? cell.count() : 0) + more);
  }

 private:
  static constexpr unsigned check_bits = 16, count_bits = 20;
  static std::uint64_t with_check(std::uint64_t value) noexcept {
    const auto mixed = (value + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;  // as in slot_entry
    return (value << check_bits) | (mixed >> (64U - check_bits));
  }
  std::uint64_t word_ = 0;
};

// The memory of one class: slot entries, and minutes where a window is longer than an hour.
struct kept_quota {
  kept_quota() = default;
  kept_quota(std::span<slot_entry> e, std::span<minute_entry> m = {}, std::span<std::uint64_t> i = {})
      : entries(e), minutes(m), ids(i) {}
  kept_quota(std::vector<slot_entry>& e) : entries(e) {}

  std::span<slot_entry> entries;
  std::span<minute_entry> minutes;
  // Of each entry, where a resource has limits of its own: a hash of the id. Written before its entry.
  std::span<std::uint64_t> ids;

  // The request was about no resource; about any one, for all that is known. No hash is one of these.
  static constexpr std::uint64_t no_id = 0, any_id = ~std::uint64_t{0};

  // Longer windows are loaded from minutes (chosen: an hour of 5,000 takes 120 KB of entries).
  static constexpr std::chrono::nanoseconds longest_exact = std::chrono::hours{1};
};

}  // namespace pawl::policy

// The inside of quota_file, for its tests: the layout of the file, and opening it with another boot id.
#pragma once

#include "engine/client/quota_file.hpp"
#include "engine/policy/kept_quota.hpp"
#include "engine/sys/wall_clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::client {

// Stands at the beginning of the file; at `entries_offset` follow the entries, then the minutes, then the
// ids, of the writes first each time. Written once, by open().
struct quota_file_header {
  static constexpr char magic_text[8] = {'p', 'a', 'w', 'l', 'k', 'e', 'y', '3'};
  // Of earlier versions, which have neither minutes nor ids; there the command is longer.
  static constexpr char second_magic[8] = {'p', 'a', 'w', 'l', 'k', 'e', 'y', '2'};
  // Of versions before those, whose entries have two numbers and no check.
  static constexpr char earlier_magic[8] = {'p', 'a', 'w', 'l', 'k', 'e', 'y', '1'};
  static constexpr std::uint32_t earlier_entry_size = 16;
  static constexpr std::size_t entries_offset = 4096;  // one page: no entry shares a page with the header

  char magic[8];
  std::uint32_t entry_size;
  std::uint32_t write_entries, read_entries;
  std::int32_t holder_pid;    // the last process that opened it
  std::int64_t holder_since;  // seconds since the Unix epoch
  char boot_id[40];           // as the kernel writes it, padded with zeros; all zero: unknown
  char holder_command[168];   // program, command and input, padded with zeros
  std::uint32_t write_minutes, read_minutes;
  std::uint32_t write_ids, read_ids;
  std::uint64_t checksum;  // FNV-1a over everything before
};
static_assert(sizeof(quota_file_header) == 264);

std::uint64_t checksum_of(const quota_file_header&) noexcept;

// Stands behind the header, in its page: the clock of the entries and the wall clock, read together. It is
// written when the file is opened and closed, and every second in between, so that the next boot knows how
// old the entries of this one are at least. A machine that sleeps between an entry and the stamp makes the
// entry look younger.
struct clock_stamp {
  static constexpr std::size_t offset = 1024;
  enum class moment : std::uint64_t { in_use, closed };  // closed: the file knows of everything that was sent

  std::int64_t entries = 0;  // nanoseconds
  std::int64_t wall = 0;     // nanoseconds since the Unix epoch
  moment of = moment::in_use;
  std::uint64_t check = 0;

  clock_stamp() = default;
  clock_stamp(std::int64_t of_entries, std::int64_t of_wall, moment m) noexcept
      : entries(of_entries), wall(of_wall), of(m), check(right_check()) {}
  bool is_sound() const noexcept { return check == right_check(); }
  bool is_complete() const noexcept { return of == moment::closed && is_sound(); }

 private:
  std::uint64_t right_check() const noexcept {
    return policy::slot_entry::check_of(entries, wall) + static_cast<std::uint64_t>(of);
  }
};
static_assert(clock_stamp::offset >= sizeof(quota_file_header) &&
              clock_stamp::offset + sizeof(clock_stamp) <= quota_file_header::entries_offset);

// A text of the header, up to its first zero.
template <std::size_t N>
std::string_view text_of(const char (&from)[N]) noexcept {
  const auto all = std::string_view{from, N};
  return all.substr(0, all.find('\0'));
}

// "quota-" and a SHA-256 in hexadecimal, which reveals neither host nor key. It is made of the key alone: an
// API counts by key, whatever name it was reached by. Only if there is no key, it is made of the host
// (without regard to case and to a dot at its end).
std::string quota_file_name(std::string_view host, const secret& key);
// The name that earlier versions gave to the file of this host and key.
std::string earlier_quota_file_name(std::string_view host, const secret& key);

// Where the system's answers come from; tests replace them.
struct quota_file_system {
  std::string boot_id_path = "/proc/sys/kernel/random/boot_id";
  std::string command_path = "/proc/self/cmdline";
  std::chrono::nanoseconds (*now)() noexcept = boot_clock_now;
  wall_time (*wall)() noexcept = wall_now;

  clock_stamp stamp(clock_stamp::moment = clock_stamp::moment::in_use) const noexcept;
};

struct quota_file_access {
  static expected<quota_file> open(const std::string& directory, std::string_view host, const secret& key,
                                   const policy::pacer_options& writes, const policy::pacer_options& reads,
                                   const quota_file_system&, const past_writes& past = {});
};

}  // namespace pawl::client

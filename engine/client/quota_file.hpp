// The quota that a key has used lately, kept across processes: a small ring file per key in the state
// directory, with a lock. Not SQLite: it is written at every send, through a mapping, so a killed process
// leaves it whole.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"
#include "engine/policy/pacer.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::client {

// The clock of the entries, and of pawl::clock: CLOCK_MONOTONIC, which starts again at each boot. Not
// CLOCK_BOOTTIME: a pacer turns its times into entries with the distance of the two clocks at its start, and
// a machine that slept since then would leave entries that look older than they are. On this clock they look
// younger after a sleep: the next run waits at most one window longer than it had to, and never exceeds.
std::chrono::nanoseconds boot_clock_now() noexcept;

// The ages of the writes that something else than a quota file knows of, youngest first; asked where the file
// is brand-new.
using past_writes = std::function<expected<std::vector<duration>>()>;

class quota_file {
 public:
  // Creates the directory (0700) and the file (0600; its name is a SHA-256 over the key, so that all names of
  // a host share it) and takes its lock, which lasts until destruction or the end of the process. Held by
  // another process: failure_kind::later and `held`, which begins with its pid, command and start. A
  // directory or file that cannot be used, or that others could write to: failure_kind::mend.
  //
  // What the windows start with: a brand-new file has what `past` says, and nothing where it is empty; one of
  // the same boot is taken as it is, also under other limits; with another boot or a torn file the windows
  // count as full: every entry is set to closed at now (nothing is sent for one window). So it is for a class
  // that was unlimited before: its past is unknown. So pass the options of both classes always, also where a
  // command sends only one. An entry that is torn or was altered counts as closed at now.
  //
  // A file that an earlier version left for this host and key is taken over and removed, and one that it has
  // locked refuses as above. A brand-new file also counts what such files of other hosts or keys hold: which
  // of them is the same key by another name cannot be told, and this happens once.
  static expected<quota_file> open(const std::string& directory, std::string_view host, const secret& key,
                                   const policy::pacer_options& writes, const policy::pacer_options& reads,
                                   const past_writes& past = {});
  quota_file(quota_file&&) noexcept;
  quota_file& operator=(quota_file&&) noexcept;
  ~quota_file();

  // Whether the file still stands in its place; looks once a second at most. One that was removed is made
  // again with what the windows hold now, under its lock, and all goes on. Where another stands there in the
  // meantime, someone else may use the key: failure_kind::mend.
  status keep_file(time_point now);

  // entries_needed() of the options each; they stay where they are when the quota_file is moved.
  std::span<policy::slot_entry> writes() noexcept;
  std::span<policy::slot_entry> reads() noexcept;

 private:
  friend struct quota_file_access;
  struct impl;
  explicit quota_file(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::client

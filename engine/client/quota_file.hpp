// The quota that a key has used lately, kept across processes: for each key a small ring file in the state
// directory, with a lock. It is no SQLite file: it is written at every send, through a mapping, so a killed
// process leaves it whole.
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

// The clock of the entries and of pawl::clock: CLOCK_MONOTONIC, which starts again at each boot. It is not
// CLOCK_BOOTTIME, because a pacer converts its times into entries by the distance of the two clocks at its
// start; after a sleep of the machine the entries would then look older than they are. By CLOCK_MONOTONIC
// they look younger after a sleep: the next run waits at most one window longer than necessary, and never
// exceeds a limit.
std::chrono::nanoseconds boot_clock_now() noexcept;
// The same reading by both clocks: where a process may be stopped between two readings, entries would look
// older than they are.
std::chrono::nanoseconds by_boot_clock(time_point) noexcept;

// Gives the ages of writes that something other than a quota file knows of, youngest first. Called if the
// file is brand-new, before the clock of the entries is read: time that passes meanwhile makes the writes
// younger, never older.
using past_writes = std::function<expected<std::vector<duration>>()>;

class quota_file {
 public:
  // `key` stands for the account whose quota it is: the key itself, or, where a program makes keys that end,
  // what they have in common (the words of the program). So a new key of the same account finds the windows
  // as the one before it has left them; the same account under another program, or with a key from a file,
  // does not, as with two keys that the API counts apart.
  //
  // Creates the directory (0700) and the file (0600; its name is a SHA-256 of the key, so that all names of a
  // host share it) and takes its lock, which lasts until destruction or the end of the process. If another
  // process holds it: failure_kind::later and `held`; the text begins with its pid, command and start. A
  // directory or file that cannot be used, or that others could write to: failure_kind::mend.
  //
  // The windows start with this. A brand-new file has what `past` says; nothing if `past` is empty. A file of
  // the same boot is taken as it is, also under other limits. After another boot, or with a torn file, the
  // windows count as full: every entry is set to closed at now, and nothing is sent for one window. The same
  // holds for a class that was unlimited before, because its past is not known. So always pass the options of
  // both classes, even if a command sends only one. An entry that is torn or was altered counts as closed at
  // now. Minutes of another boot are as old as the wall clock says, so a day's quota is neither lost with a
  // boot nor held longer than a day; a wall clock that went back makes them younger. What was in flight
  // counts as closed at now; so do as many requests as there are entries where the process did not close the
  // file, in case a power loss took what was written last.
  //
  // A file that an earlier version left for this host and key is taken over and removed; if that version has
  // it locked, open() fails as above. A brand-new file also counts the files of earlier versions for other
  // hosts or keys: which of them belong to the same key under another name cannot be told, and this happens
  // only once.
  static expected<quota_file> open(const std::string& directory, std::string_view host, const secret& key,
                                   const policy::pacer_options& writes, const policy::pacer_options& reads,
                                   const past_writes& past = {});
  quota_file(quota_file&&) noexcept;
  quota_file& operator=(quota_file&&) noexcept;
  ~quota_file();

  // Whether the file is still in its place; looks at most once a second. A file that was removed is made
  // again with what the windows hold, under its lock, and the run goes on. If another file is there, somebody
  // else may use the key: failure_kind::mend.
  status keep_file(time_point now);

  // As much as the options of each need; the addresses do not change when the quota_file is moved.
  std::span<policy::slot_entry> writes() noexcept;
  std::span<policy::slot_entry> reads() noexcept;
  policy::kept_quota kept(policy::request_kind) noexcept;

 private:
  friend struct quota_file_access;
  struct impl;
  explicit quota_file(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::client

// The quota that a key has used lately, kept across processes: a small ring file per target host and key in
// the state directory, with a lock. Not SQLite: it is written at every send, through a mapping, so a killed
// process leaves it whole.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"
#include "engine/policy/pacer.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pawl::run {

// CLOCK_BOOTTIME now: goes on while the machine sleeps, starts again at each boot.
std::chrono::nanoseconds boot_clock_now() noexcept;

// $XDG_STATE_HOME/pawl, else $HOME/.local/state/pawl.
std::string default_state_directory();

class key_state {
 public:
  // Creates the directory (0700) and the file (0600; its name is a SHA-256 over host and key) and takes its
  // lock. Held by another process: failure_kind::later, naming pid, command and start. Another boot, another
  // layout or a torn file: the windows count as full, so every entry is set to closed at `now` (nothing is
  // sent for one window). A brand-new file starts empty.
  static expected<key_state> open(const std::string& directory, std::string_view host, const secret& key,
                                  const policy::pacer_options& writes, const policy::pacer_options& reads);
  key_state(key_state&&) noexcept;
  key_state& operator=(key_state&&) noexcept;
  ~key_state();

  std::span<policy::slot_entry> writes() noexcept;
  std::span<policy::slot_entry> reads() noexcept;

 private:
  struct impl;
  explicit key_state(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::run

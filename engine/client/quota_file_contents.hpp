// Collects what earlier processes have left of a key's quota; the windows of this process start with it.
#pragma once

#include "engine/client/quota_file_layout.hpp"
#include "engine/model/secret.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::client {

class quota_file_contents {
 public:
  // What the options of both classes need; `now`: by both clocks.
  quota_file_contents(const policy::pacer_options& writes, const policy::pacer_options& reads,
                      const clock_stamp& now);

  // Sets everything to used now: nothing is known of the past, but for the minutes of another boot.
  void fill();
  void add_writes(const std::vector<duration>& ages);
  // Adds what a file of this boot holds. It takes everything out first, because the entries' place in the
  // file may shrink, grow or move. False: the file is torn, or of another boot.
  bool add_file(int fd, std::string_view boot);
  // Adds the files of earlier versions for other hosts and keys, in any order. `directory` is `path`, opened.
  void add_other_files(int directory, const std::string& path, std::string_view boot);

  // One class: what this process needs, or what a file has.
  struct kept {
    std::vector<policy::slot_entry> entries;
    std::vector<policy::minute_entry> minutes;
    std::vector<std::uint64_t> ids;  // of the entries; empty: they are not kept
    // The minutes that a file of another boot knows of, by the clock of this one; unset: there is none.
    std::optional<std::vector<policy::minute_entry>> before_boot;
  };
  const kept& writes() const noexcept { return writes_; }
  const kept& reads() const noexcept { return reads_; }

 private:
  void add(kept& to, const kept& from) const;
  void add_minutes(kept& to, const kept& from) const;
  void add_before_boot(kept& to, const kept& from, const clock_stamp& then) const;

  kept writes_, reads_;
  std::int64_t now_, wall_;
};

bool read_header(int fd, quota_file_header&) noexcept;

// The files that earlier versions may have left for this host and key: they hashed the host as it was spelt.
std::vector<std::string> earlier_quota_file_names(std::string_view host, const secret& key);

}  // namespace pawl::client

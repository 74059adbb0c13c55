// Collects what earlier processes have left of a key's quota; the windows of this process start with it.
#pragma once

#include "engine/client/quota_file_layout.hpp"
#include "engine/model/secret.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::client {

class quota_file_contents {
 public:
  // `need_...`: how many entries each class needs; `now`: by the clock of the entries.
  quota_file_contents(std::size_t need_writes, std::size_t need_reads, std::int64_t now)
      : writes_(need_writes), reads_(need_reads), now_(now) {}

  // Sets every entry to used now: nothing is known of the past.
  void fill();
  void add_writes(const std::vector<duration>& ages);
  // Adds what a file of this boot holds. It takes everything out first, because the entries' place in the
  // file may shrink, grow or move. False: the file is torn, or of another boot.
  bool add_file(int fd, std::string_view boot);
  // Adds the files of earlier versions for other hosts and keys, in any order. `directory` is `path`, opened.
  void add_other_files(int directory, const std::string& path, std::string_view boot);

  std::span<const policy::slot_entry> writes() const noexcept { return writes_; }
  std::span<const policy::slot_entry> reads() const noexcept { return reads_; }

 private:
  void add(std::span<const policy::slot_entry> all, std::uint32_t of_writes);

  std::vector<policy::slot_entry> writes_, reads_;
  std::int64_t now_;
};

bool read_header(int fd, quota_file_header&) noexcept;

// The files that earlier versions may have left for this host and key: they hashed the host as it was spelt.
std::vector<std::string> earlier_quota_file_names(std::string_view host, const secret& key);

}  // namespace pawl::client

// Rows that wait for list pages, by id, in a temporary file: a page names resources in an order of its own,
// and the input may be larger than the memory. The file is private to the process, has no name, and is gone
// with it, also after a kill; it lies where SQLite puts such files (SQLITE_TMPDIR, TMPDIR, /var/tmp).
//
// Ids are found by a hash of 64 bits, in which their case does not count. Rows whose hash occurs twice are
// not told apart: both count as rows of one id, and those are left alone, because the earlier one may change
// what the later one finds.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/job.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace pawl::ledger {

class pending_table {
 public:
  // Failures (also of everything below): no place for the file, a full disk.
  static expected<pending_table> create();
  pending_table(pending_table&&) noexcept;
  pending_table& operator=(pending_table&&) noexcept;
  ~pending_table();

  // First, in the order of the input: rows that a page may settle, and ids of those that none may. What a row
  // needs to be judged is kept: its number, id, patch and preconditions.
  status add(const job_view&);
  status block(std::string_view id);
  // Then, once: what was added can be found.
  status finish();

  std::uint64_t rows() const noexcept;   // added
  std::uint64_t bytes() const noexcept;  // of what they need

  // The row of this id; null: there is none, or it is not to be settled by a page. The caller compares the
  // id, for another one may have the same hash. Views: valid until the next call. Microseconds from the page
  // cache of the system.
  expected<const job_view*> find(std::string_view id);

 private:
  struct impl;
  explicit pending_table(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::ledger

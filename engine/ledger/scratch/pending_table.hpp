// Rows that wait for list pages, by id, in a temporary file: a page names resources in an order of its own,
// and the input may be larger than the memory. The file is private to the process and has no name, so it
// disappears with the process, also after a kill. It is where SQLite puts such files (SQLITE_TMPDIR, TMPDIR,
// /var/tmp).
//
// Ids are found by a hash of 64 bits that ignores case. Rows with the same hash are not told apart: they
// count as rows of one id, and such rows get no answer from a page, because the earlier one may change what
// the later one finds.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/job.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace pawl::ledger {

class pending_table {
 public:
  // Failures (also of the functions below): there is no place for the file, or the disk is full.
  static expected<pending_table> create();
  pending_table(pending_table&&) noexcept;
  pending_table& operator=(pending_table&&) noexcept;
  ~pending_table();

  // Called first, in the order of the input: add() for rows that a page may conclude (as unchanged or
  // skipped), block() for ids whose rows no page may conclude. Of a row it keeps what is needed to judge it:
  // number, id, patch and preconditions.
  status add(const job_view&);
  status block(std::string_view id);
  // Called then, once: find() works from now on.
  status finish();

  std::uint64_t rows() const noexcept;   // rows that were added
  std::uint64_t bytes() const noexcept;  // of the kept rows, packed

  // The row with this id; null: there is none, or no page may conclude it. The caller compares the id,
  // because another one may have the same hash. Views are valid until the next call. It takes microseconds if
  // the system has the page cached.
  expected<const job_view*> find(std::string_view id);

 private:
  struct impl;
  explicit pending_table(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::ledger

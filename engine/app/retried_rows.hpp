// --retry: finds out which rows are taken again, and what of their patches stays out. The ledger tells which
// rows they are, and whether a later row of the same id has written what they want. Only if one has are the
// patches of the two compared, and only then is the input read for them.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/plan/later_rows.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace pawl::app {

// Memory: two bits for each row of the input, and see engine/plan/later_rows for the ids and for rows that
// are taken again and followed by a later one of their id.
class retried_rows {
 public:
  // The profile outlives it. Empty `retried`: no row is taken again.
  static expected<retried_rows> find(ledger::ledger_file&, const ledger::generation_row&, const api::profile&,
                                     const std::vector<outcome>& retried);

  const ledger::row_set& again() const noexcept { return again_; }

  // The first row that see() wants; 0: none, nothing stays out.
  std::uint64_t first_row() const noexcept { return later_.first_row(); }
  // A good row of the input, in order from first_row() on.
  void see(const job_view&);
  // False: it needs no further row.
  bool wants_after(std::uint64_t row) const noexcept { return row < last_; }
  // Whether the row was kept: a later one may have written what it wants.
  bool is_kept(const job_view&) const;

  // After the last row that it wants: what stays out, in row order.
  std::vector<ledger::left_out_row> left_out() const;
  // What is left of the kept rows, unless all of a row stays out; without values other than those of set
  // verbs.
  void for_each_rest(const std::function<void(const job_view&)>&) const;

 private:
  explicit retried_rows(const api::profile& profile, std::uint64_t rows)
      : later_(profile), again_(rows), spoken_(rows) {}

  plan::later_rows later_;
  ledger::row_set again_, spoken_;  // spoken_: has the last word, and follows one of again_
  std::uint64_t last_ = 0;          // of spoken_
};

}  // namespace pawl::app

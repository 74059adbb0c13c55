// Gives the rows of an input that was run before, by their number. An export shows them beside the outcomes
// of rows whose text the ledger does not keep (successes).
#pragma once

#include "engine/api/profile.hpp"
#include "engine/input/job_source.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pawl::app {

class original_rows {
 public:
  // The generation must outlive it. The input is opened by the first call of row().
  explicit original_rows(const ledger::generation_row&);

  // The row's text as it is in the input; valid until the next call. Rows must be asked for in ascending
  // order. Failures (usage): the input is gone, or is not the one that was run.
  expected<std::string_view> row(std::uint64_t number);

 private:
  status open();

  const ledger::generation_row& generation_;
  api::profile anything_;  // passes every column, because only the texts of rows are wanted
  std::optional<input::job_source> source_;
  job_batch batch_;
  std::uint64_t first_in_batch_ = 1;
};

}  // namespace pawl::app

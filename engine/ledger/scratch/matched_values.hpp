// What is known so far of the values by which rows name their resources. A scratch table in a temporary file
// of SQLite, so that memory does not grow with the input; the ledger keeps the same for a run that goes on.
#pragma once

#include "engine/input/matched_ids.hpp"
#include "engine/model/error.hpp"
#include "engine/model/matched_value.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace pawl::ledger {

// One thread at a time: the reader thread has it while rows are handed out.
class matched_values final : public input::matched_ids {
 public:
  // Failures (mend): there is no place for temporary files, or later the disk is full.
  static expected<std::unique_ptr<matched_values>> create();
  ~matched_values() override;

  status put(const matched_value&);
  expected<std::optional<matched_value>> of(std::string_view value) override;

 private:
  struct impl;
  explicit matched_values(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::ledger

// What the rows of an input that have been planned want and would write, by resource and field. It is a
// scratch table in a temporary file of SQLite, so that memory does not grow with the input.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/job.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::ledger {

struct planned_value {
  std::string field;                   // the JSON key
  std::uint64_t row = 0;               // the last row that named it
  std::optional<std::string> wanted;   // by that row, as JSON; unset: only written, as the target of a verb
  std::optional<std::string> written;  // by the last row that would be sent with the field, as JSON
};

class planned_values {
 public:
  // Failures (mend): there is no place for temporary files, or later the disk is full.
  static expected<planned_values> create(id_compare);
  planned_values(planned_values&&) noexcept;
  planned_values& operator=(planned_values&&) noexcept;
  ~planned_values();

  // Empty: no earlier row has this id.
  expected<std::vector<planned_value>> of(std::string_view id);
  // A value that is unset stays as an earlier row left it.
  status put(std::string_view id, std::string_view field, std::uint64_t row,
             std::optional<std::string_view> wanted, std::optional<std::string_view> written);

 private:
  struct impl;
  explicit planned_values(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::ledger

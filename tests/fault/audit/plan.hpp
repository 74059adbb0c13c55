// The input of an audit: rows made from a seed, and the knowledge of what each of them wants.
//
// Every row that shares its id with another one, and every other row as a rule, carries a title that names
// the row (`... #17`): so each write that the server saw can be attributed to one row.
#pragma once

#include "tests/support/thread_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::audit {

using test::thread_id;

struct planned_row {
  std::string id;
  // What the row wants; absent: it leaves the field alone.
  std::optional<std::string> status, snoozed_until, title;
  std::optional<std::vector<std::string>> tags;
  bool notifies = false;  // notify.slack = true: may reach the server once at most
  bool valid = true;      // false: `check` refuses it (an unknown status)
};

struct plan_options {
  std::uint64_t seed = 1;
  std::size_t rows = 1000;
  std::size_t notifying = 0;  // of the rows, spread evenly
  // Rows that the API refuses (unknown id, about 1 %), that are invalid (about 0.5 %), and that share the id
  // of an earlier row (about 5 %). Off: every row is good and has its own id.
  bool mixed = true;
};

struct plan {
  std::vector<planned_row> rows;  // rows[0] is row 1 of the input
  std::size_t threads = 0;        // how many the sandbox must have: thr_000001 on
};

plan make_plan(const plan_options&);

// RFC 4180, with a header.
std::string to_csv(const plan&);

// The row that a title names; absent: none.
std::optional<std::size_t> row_in_title(std::string_view title);

}  // namespace pawl::audit

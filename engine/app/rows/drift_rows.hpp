// Writes what `verify` says of each resource that is not as it was written, and how many there are. Pure.
#pragma once

#include "engine/app/rows/command_options.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::app {

// One finding. Its texts are as they came from outside.
struct drift_line {
  enum class kind : std::uint8_t {
    drift,         // shows another value
    reverted,      // shows the value again that the row overwrote
    missing,       // 404
    unreadable,    // refused with another status, or the reply is not what the profile promises
    not_compared,  // nothing that the row wrote could be compared
  } is = kind::drift;
  std::string_view id;
  std::uint64_t row = 0;            // the row that wrote it last
  std::string_view field;           // with drift and reverted
  std::string_view written, shown;  // likewise: JSON texts
  std::string_view why;             // with the other kinds: the API's words, or ours
};

std::string drift_header(drift_format);  // with its line end; empty unless csv
void append_drift(std::string& to, drift_format, const drift_line&);

struct drift_counts {
  std::uint64_t resources = 0;  // that were looked at
  // Reverted: every field that is not as it was written has its old value again.
  std::uint64_t as_written = 0, drifted = 0, reverted = 0, missing = 0, unreadable = 0;
  // Resources of which a row wrote only fields that no read shows; they are in none of the counts above.
  std::uint64_t not_compared = 0;
  std::uint64_t drifted_fields = 0, reverted_fields = 0;
  std::uint64_t unclear_fields = 0;  // whose value no read shows clearly
  std::uint64_t untold_rows = 0;     // of which it is not known what should show
  // Rows that may or may not have been applied, so that it is not known what should show. Their fields are
  // not compared, unless a later row has written them.
  std::uint64_t unknown_rows = 0, mismatch_rows = 0, cut_off_rows = 0;
  std::uint64_t pending_rows = 0;  // without an outcome
};

// Whether everything that was applied was compared and is as it was written: exit 0, else exit 1.
bool all_as_written(const drift_counts&);
// How many rows and resources were not compared at all; the summary calls this not_compared.
std::uint64_t not_compared(const drift_counts&);

// "200 resources looked at: 198 as written, 2 drifted (3 fields)", and a line for each kind that was left
// out.
std::string counts_text(const drift_counts&);

}  // namespace pawl::app

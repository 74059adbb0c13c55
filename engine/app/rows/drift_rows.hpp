// What `verify` says of each resource that is not as it was written, and how many there are. Pure.
#pragma once

#include "engine/app/command_options.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::app {

// One difference. Texts as they came from outside.
struct drift_line {
  enum class kind : std::uint8_t {
    drift,         // shows another value
    missing,       // 404
    unreadable,    // refused otherwise, or a reply that is not what the profile promises
    not_compared,  // nothing of what the row wrote could be held against anything
  } is = kind::drift;
  std::string_view id;
  std::uint64_t row = 0;            // that wrote it last
  std::string_view field;           // with drift
  std::string_view written, shown;  // with drift: JSON texts
  std::string_view why;             // with the others: the API's words, or ours
};

std::string drift_header(drift_format);  // with its line end; empty but for csv
void append_drift(std::string& to, drift_format, const drift_line&);

struct drift_counts {
  std::uint64_t resources = 0;  // looked at
  std::uint64_t as_written = 0, drifted = 0, missing = 0, unreadable = 0;
  // Resources of which a row wrote only what no read shows: they are none of the above.
  std::uint64_t not_compared = 0;
  std::uint64_t drifted_fields = 0;
  std::uint64_t unclear_fields = 0;  // that no read can tell of
  std::uint64_t untold_rows = 0;     // of which it is not known what should show
  // Rows of which nobody knows whether they were applied, so nobody knows what should show: their fields are
  // not looked at, unless a later row has written them.
  std::uint64_t unknown_rows = 0, mismatch_rows = 0, cut_off_rows = 0;
  std::uint64_t pending_rows = 0;  // without an outcome
};

// Whether everything that was applied was compared and is as it was written: exit 0, else exit 1.
bool all_as_written(const drift_counts&);
// Rows and resources of which nothing was compared: what the summary calls not_compared.
std::uint64_t not_compared(const drift_counts&);

// "200 resources looked at: 198 as written, 2 drifted (3 fields)" and what was left out, a line each.
std::string counts_text(const drift_counts&);

}  // namespace pawl::app

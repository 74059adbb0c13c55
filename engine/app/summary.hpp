// What a command did, as one JSON object whose names are a promise. Written at every exit.
#pragma once

#include "engine/model/counters.hpp"
#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace pawl::app {

struct summary {
  // Of the generation; all 0 where the command ended before it knew one.
  std::uint64_t rows = 0;
  outcome_counts counts;
  std::uint64_t pending = 0;

  // Of this invocation.
  counters figures;
  duration elapsed{};

  std::optional<std::int64_t> generation;
  std::string ledger;  // path; empty: null
  std::string target;  // "PROFILE BASE_URL (ACCOUNT)"; empty: null
  int exit_code = 0;
  std::string stop_reason;  // "finished", "limit", "signal", "usage", ... or the runner's own word
  std::optional<wall_time> resume_at;

  // Of verify; the names stand in its summary only.
  struct verification {
    std::uint64_t resources = 0, as_written = 0, drifted = 0, missing = 0, unreadable = 0;
    std::uint64_t not_compared = 0;  // resources and rows of which nothing was compared
  };
  std::optional<verification> verified;
};

// What a use case comes back with.
struct result {
  int exit_code;  // see app/exit_code
  summary facts;
};

// One line of JSON with a line end.
std::string to_json(const summary&);

// `path` "-": standard output. A regular file, or none yet: written beside it and renamed, so that a reader
// sees the old one or the new one, whole. A pipe or a stream (names_a_stream) is written in place; a
// pipe that nobody reads is waited for, 5 s at most. A link is refused: what it leads to may be any file.
status write_summary(const std::string& path, const summary&);

// The same where the settings are wrong or unknown, so that nobody has checked that the place is not that of
// the input, a key or a ledger: only what is new, empty, an earlier summary or no file at all is written.
status write_summary_unchecked(const std::string& path, const summary&);

// Whether write_summary will be able to, as far as that can be told before a run: the directory is there and
// writable.
status check_summary_path(const std::string& path);

}  // namespace pawl::app

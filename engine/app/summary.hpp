// What a command did, as one JSON object, written at every exit. Its names are a promise.
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
  // Of the generation; all 0 if the command ended before it knew one.
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
  std::string stop_reason;  // "finished", "limit", "signal", "usage", ... or a reason of the runner
  std::optional<wall_time> resume_at;

  // Only for verify; other summaries do not have these names.
  struct verification {
    std::uint64_t resources = 0, as_written = 0, drifted = 0, reverted = 0, missing = 0, unreadable = 0;
    std::uint64_t not_compared = 0;  // resources and rows of which nothing was compared
  };
  std::optional<verification> verified;
};

// What a use case returns.
struct result {
  int exit_code;  // see app/exit_code
  summary facts;
  std::optional<failure> error;  // the last that the listener was told; unset: it was told none
};

// One line of JSON with a line end.
std::string to_json(const summary&);

// `path` "-" is standard output. A regular file, or a new one, is written beside it and renamed, so that a
// reader sees either the old or the new one as a whole. A pipe or a stream (names_a_stream) is written in
// place, after waiting at most 5 s for a reader of the pipe. A link is refused, because it may lead to any
// file.
status write_summary(const std::string& path, const summary&);

// For the case that the settings are wrong or unknown, so that nobody has checked whether the path is that of
// the input, a key or a ledger. Writes only a new file, an empty one, an earlier summary, or something that
// is no regular file.
status write_summary_unchecked(const std::string& path, const summary&);

// Whether write_summary() will succeed, as far as that can be told before a run: the directory exists and is
// writable.
status check_summary_path(const std::string& path);

}  // namespace pawl::app

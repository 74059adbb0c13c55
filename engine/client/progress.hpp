// What a run is doing at this moment, as plain numbers: the runner writes them, a progress line or a sample
// reads them. Network thread only.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/counters.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer_options.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::client {

// Latencies in buckets about 12 % wide; finer ones would tell nobody more (chosen).
class latency_histogram {
 public:
  void add(std::uint64_t us) noexcept;
  std::uint64_t quantile(double q) const noexcept;  // upper edge of the bucket; 0 if it is empty
  std::uint64_t max() const noexcept { return max_; }
  void clear() noexcept;

 private:
  static constexpr std::size_t per_octave = 6;
  std::array<std::uint32_t, 40 * per_octave> buckets_{};
  std::uint64_t total_ = 0, max_ = 0;
};

// A row that ended in a failure, for a line in the log. Holds views, which are valid during the call.
struct failed_row {
  std::uint64_t row;
  std::string_view id;
  pawl::outcome outcome;
  std::string_view code, message, request_id;
};

// The progress of a run's list pages (run/snapshot).
struct snapshot_facts {
  std::uint64_t pages = 0, settled = 0;  // pages read; rows that needed no read of their own
  bool over = false;
  std::string failure;  // what ended it; empty: no failure
};

struct progress_counters {
  std::uint64_t rows = 0;  // of the generation
  outcome_counts before;   // outcomes of the generation before this invocation
  outcome_counts now;      // outcomes of this invocation
  counters figures;        // of this invocation
  std::uint32_t in_flight = 0;
  std::uint32_t waiting = 0;           // jobs in the line for a write slot
  std::optional<time_point> next_due;  // when the head of the line is due; unset if none waits
  std::string waits_for;  // "quota", "the pause that the API asked for (Retry-After)", "the API to come
                          // back", ...; empty while rows move
  std::optional<time_point> waits_until;
  bool foreign_use = false;          // somebody else uses the key: replies count more requests than we sent
  std::uint32_t rows_per_write = 1;  // in a request, at most
  std::uint32_t at_once = 0;         // the limit in use if --concurrency is auto; 0: the limit is fixed
  latency_histogram latency;
  time_point started{};

  // Rows per error code (the name of the outcome if there is no code); at most 100 codes, the rest under
  // "other".
  std::map<std::string, std::uint64_t> error_counts;
  void count_error(const failed_row&);
  // Called for the first five rows of each code. The shell sets it; may be empty.
  static constexpr std::uint64_t lines_per_code = 5;
  std::function<void(const failed_row&)> on_failure;
  // Called when a read that needs an answer (whoami, names, list pages, the reads of a command that only
  // reads) has failed twice and is tried again; the text says what is wrong. Called once, until a read is
  // answered. The shell sets it; may be empty.
  std::function<void(const std::string&)> on_trouble;
  // Called once for each class of requests if the API names another limit for a window than the settings do.
  // The shell sets it; may be empty.
  enum class request_class { writes, reads };
  std::function<void(request_class, const rate_window& configured, const rate_window& said)> on_contradiction;
  // Called once for each pause that the API asked for and a read waits for, with the reason and the length.
  // The shell sets it; may be empty.
  std::function<void(const std::string&, duration)> on_pause;
  // Why the last read that gave up did so, if no person has to act: a stop_reason, and when the API takes
  // requests again if it has said so.
  struct giving_up {
    std::string reason;
    std::optional<time_point> resume_at;
  };
  std::optional<giving_up> gave_up;
  // Called once when list pages were read and the last one is over. The shell sets it; may be empty.
  std::function<void(const snapshot_facts&)> on_snapshot;
};

// The time until the last of `writes` is sent under these windows, which are empty at the start, by the quota
// alone. Plans show it, and the ETA is made from it. Zero without limits.
duration time_needed(const std::vector<rate_window>& windows, double reserve, std::uint64_t writes) noexcept;
// The same with the windows that reads and writes share; `reads`: so many are sent beside.
duration time_needed_with_reads(const policy::pacer_options& writes_limits, std::uint64_t writes,
                                std::uint64_t reads) noexcept;

}  // namespace pawl::client

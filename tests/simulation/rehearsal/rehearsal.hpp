// A run of somebody's input with their settings, from its first start to its end, in a world whose API is a
// model of theirs.
#pragma once

#include "cli/commands/rehearse.hpp"
#include "config/settings.hpp"
#include "engine/app/listener.hpp"
#include "engine/app/stop_request.hpp"
#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::simulation {

// What the model of the API has to have in it for an input.
struct rehearsed_input {
  std::vector<std::string> ids;    // in the order of the rows, each once
  std::vector<std::string> names;  // that writes of it use, such as those of tags; each once
};
// Reads the whole input. Rows that are wrong count for nothing here. Failure (usage): it cannot be opened.
expected<rehearsed_input> read_rehearsed(const config::settings&);

// The model for a profile that pawl carries; empty: there is none.
std::string_view model_for(std::string_view profile) noexcept;

struct rehearsal_end {
  std::uint64_t seed = 0;
  duration took{};           // from the first start to the last end
  std::uint64_t turns = 0;   // of the program's coroutines
  std::uint64_t starts = 0;  // with those after kills and after runs that stopped to go on later
  std::uint64_t reads = 0, writes = 0, throttled = 0;  // as the API has counted; throttled: over its limits
  std::uint64_t rows = 0, pending = 0;
  outcome_counts counts;
  // Of the last run.
  int exit_code = 0;
  std::string stop_reason;
  std::optional<failure> error;  // that ended it; unset: none did
};

// One of the options describes no API.
struct wrong_option : std::runtime_error {
  wrong_option(std::string of, const std::string& what) : std::runtime_error(what), flag(std::move(of)) {}
  std::string flag;
};

// Everything happens in the calling thread and in memory, but for a directory for the state of the key.
// Throws wrong_option, and std::runtime_error where the API has no such ids.
class rehearsal {
 public:
  // All of it must outlive this.
  rehearsal(const config::settings&, const cli::rehearse_options&, const rehearsed_input&);

  // How many turns it takes where nothing is in its way: kills fall on some of so many.
  std::uint64_t calm_turns(std::uint64_t seed, wall_time begins, app::stop_request&) const;
  // The first failed rows, complaints and contradictions go to `says`. A stop ends it early, with what has
  // happened so far.
  rehearsal_end run(std::uint64_t seed, wall_time begins, std::uint64_t calm_turns, app::listener& says,
                    app::stop_request&) const;

 private:
  const config::settings& settings_;
  const cli::rehearse_options& options_;
  const rehearsed_input& input_;
};

}  // namespace pawl::simulation

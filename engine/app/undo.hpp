// Makes the input that restores what a generation has overwritten.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/app/rows/output.hpp"
#include "engine/model/error.hpp"
#include "engine/model/time.hpp"
#include "engine/plan/undo.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::app {

struct undo_options {
  std::string ledger;
  std::optional<std::int64_t> generation;  // unset: the newest
};

// Finds the profile of a name, or fails.
using profile_finder = std::function<expected<api::profile>(const std::string& name)>;

// Is told what cannot be restored.
class undo_listener {
 public:
  virtual ~undo_listener() = default;
  virtual void lost(std::string_view id, const plan::undo_loss&) = 0;
  // The row was written without a read before.
  virtual void not_read(std::string_view id) = 0;
};

// Another generation of the same ledger with rows that were or may have been applied.
struct writing_generation {
  std::int64_t id = 0;
  std::uint64_t rows = 0;  // applied, mismatch, unknown
  wall_time started{};
};

struct undo_answer {
  std::int64_t generation = 0;
  std::uint64_t jobs = 0;                  // how many went to the sink
  std::vector<writing_generation> others;  // newest first
  bool was_quiet = false;                  // its writes asked the API to tell nobody
};

// `jobs` gets NDJSON that `run` takes. Failures: usage if the ledger or the generation does not exist; later
// if a run still writes to it; what the finder returns if there is no profile; mend if the sink fails.
expected<undo_answer> undo(const undo_options&, const profile_finder&, sink jobs, undo_listener&);

}  // namespace pawl::app

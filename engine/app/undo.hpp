// Makes of what a generation has overwritten the input that brings it back.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/app/output.hpp"
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

// The profile of that name, or why there is none.
using profile_finder = std::function<expected<api::profile>(const std::string& name)>;

// Hears what cannot go back.
class undo_listener {
 public:
  virtual ~undo_listener() = default;
  virtual void lost(std::string_view id, const plan::undo_loss&) = 0;
  // A row that was written without being read before.
  virtual void not_read(std::string_view id) = 0;
};

// Another generation of the same ledger whose rows were or may have been applied.
struct writing_generation {
  std::int64_t id = 0;
  std::uint64_t rows = 0;  // applied, mismatch, unknown
  wall_time started{};
};

struct undo_answer {
  std::int64_t generation = 0;
  std::uint64_t jobs = 0;                  // that went to the sink
  std::vector<writing_generation> others;  // newest first
};

// `jobs` gets NDJSON that `run` takes. Failures: no such ledger or generation (usage), a run that still
// writes to it (later), no profile (as the finder says), the sink (mend).
expected<undo_answer> undo(const undo_options&, const profile_finder&, sink jobs, undo_listener&);

}  // namespace pawl::app

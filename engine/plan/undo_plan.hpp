// What of a resource goes back, on the way from undo.cpp, which plans it, to undo_jobs.cpp, which writes the
// jobs. For these two alone.
#pragma once

#include "engine/plan/undo.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::plan {

struct undo_builder::plan_entry {
  const trace* of = nullptr;
  std::string name;
  std::string json;  // empty: in this case none of its elements goes back
  bool expects = false;
  bool expects_before_doubt = false;  // in the job for the case that no doubtful write was applied
  bool moves = true;                  // false: it is equal, and only completes the row
  // Of elements, in that job; unset: as `json`.
  std::optional<std::string> json_before_doubt = {};

  const std::string& json_of(bool before_doubt) const {
    return before_doubt && json_before_doubt ? *json_before_doubt : json;
  }
};

struct undo_builder::plan {
  using entry = plan_entry;
  std::vector<entry> patch;
  bool holds(const trace& one) const { return std::ranges::find(patch, &one, &entry::of) != patch.end(); }
  // Gives all of it up. Fields that the run did not write or left as they were are no loss.
  void give_up(undo_obstacle why, std::vector<undo_loss>& losses) {
    const trace* last = nullptr;  // both verbs of a list belong to one field
    for (const auto& e : patch)
      if (e.moves && e.of->is_written && e.of != std::exchange(last, e.of))
        losses.push_back({e.of->name, why});
    patch.clear();
  }
  const entry* entry_of(field_index f) const {
    for (const auto& e : patch)
      if (e.of->field == f && e.name == e.of->name) return &e;
    return nullptr;
  }
};

}  // namespace pawl::plan

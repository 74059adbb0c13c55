// Writes what `pawl undo` says on standard error: what cannot be restored, grouped and counted. Pure.
#pragma once

#include "engine/app/undo.hpp"
#include "engine/plan/undo.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::cli {

// "the API does not show it, so its old value is not known".
std::string_view obstacle_in_words(plan::undo_obstacle) noexcept;

// Counts losses and keeps the first ids of each kind, so that its memory does not grow with the run.
class undo_losses final : public app::undo_listener {
 public:
  void lost(std::string_view id, const plan::undo_loss&) override;
  void not_read(std::string_view id) override;

  bool empty() const noexcept { return groups_.empty(); }
  // A line for each field and reason: "title cannot go back: ...: 2 resources: thr_1, thr_2".
  std::vector<std::string> lines() const;

  static constexpr std::size_t most_ids = 20;  // documented

 private:
  struct group {
    std::uint64_t count = 0;
    std::string_view one, many;  // the word for what is counted
    std::vector<std::string> ids;
  };
  void add(std::string reason, std::string_view one, std::string_view many, std::string_view id);
  std::map<std::string, group> groups_;  // by the text that describes them
};

// The other generations, which undoing only the generation `undone` leaves as they are. `others` is sorted
// newest first; `command` is the command line of this undo without --generation. Empty: no other generation
// has written.
std::vector<std::string> other_generations(std::int64_t undone,
                                           const std::vector<app::writing_generation>& others,
                                           const std::string& command);

// How it ended: the jobs, what cannot be restored, and which other generations have written. `profile` and
// `config_file` are as given; empty or unset if not given.
std::vector<std::string> undo_lines(const app::undo_answer&, const undo_losses&, const std::string& ledger,
                                    const std::string& profile,
                                    const std::optional<std::string>& config_file);

}  // namespace pawl::cli

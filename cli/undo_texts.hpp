// What `pawl undo` says on standard error: what cannot go back, grouped and counted. Pure.
#pragma once

#include "engine/run/undo.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::cli {

// Counts losses and keeps the first ids of each kind, so its memory does not grow with the run.
class undo_losses {
 public:
  void add(std::string_view id, const run::undo_loss&);
  // A row that was written without being read before.
  void add_blind(std::string_view id);

  bool empty() const noexcept { return groups_.empty(); }
  // A line per field and reason: "title cannot go back: ...: 2 resources: thr_1, thr_2".
  std::vector<std::string> lines() const;

  static constexpr std::size_t most_ids = 20;  // documented

 private:
  struct group {
    std::uint64_t count = 0;
    std::string_view one, many;  // what is counted
    std::vector<std::string> ids;
  };
  void add(std::string reason, std::string_view one, std::string_view many, std::string_view id);
  std::map<std::string, group> groups_;  // by what is said of them
};

}  // namespace pawl::cli

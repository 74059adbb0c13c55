// A disk for SQLite that knows what would be left of each file after a power loss: of every sector that was
// written and not synced, the dice decide whether it has its old bytes, its new ones, or both in part. It is
// SQLite's default as long as it exists. One process uses it, so locks are always free.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::simulation {

class disk {
 public:
  disk();
  ~disk();
  disk(const disk&) = delete;
  disk& operator=(const disk&) = delete;

  // What has happened so far, for those who choose a moment.
  std::uint64_t syncs = 0, writes = 0;
  // Called at the beginning of a sync, after it, and before a write. They may let the program die.
  std::function<void()> before_sync, after_sync, before_write;
  // This write, counted from 1, and all later ones fail, as on a full disk or a broken one.
  enum class trouble : std::uint8_t { full, broken };
  std::optional<std::uint64_t> fails_at_write;
  trouble fails_as = trouble::full;

  // Decides what the power loss has left. No file may be open.
  void lose_power();

  // Puts what of a file would be left for sure, at `to`, for somebody who looks at it from outside of this
  // world. Nothing, where there is no such file.
  void show_synced(const std::string& path, const std::string& to);

  bool has(const std::string& path) const { return files_.contains(path); }
  void remove(const std::string& path) { files_.erase(path); }

  struct file;  // for the functions that SQLite calls
  std::map<std::string, std::shared_ptr<file>> files_;
};

}  // namespace pawl::simulation

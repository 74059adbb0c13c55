// Takes the ids (and tag names) from a user's own job file, so that the sandbox has the threads that a
// rehearsal will write to. It is a small reader of its own: it only has to find ids and does not validate.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sandbox {

struct seed_sink {
  std::function<void(std::string_view id)> thread;      // every id of the file, repeated ones too
  std::function<void(std::string_view name)> tag_name;  // of add_tags and remove_tags
};

// Reads CSV (header row, any of , ; tab |), or NDJSON if the name ends in .ndjson or .jsonl. Skips rows
// without an id. Throws std::runtime_error, with the place, if the file is missing or has no id column.
void read_seed(const std::string& file, std::string_view id_column, const seed_sink&);

}  // namespace sandbox

// Takes the ids (and tag names) of a user's own job file, so that the sandbox has the threads that a
// rehearsal will write to. A small reader of its own; it only has to find ids, the engine's validation is not
// its business.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sandbox {

struct seed_sink {
  std::function<void(std::string_view id)> thread;      // every id of the file, repeated ones too
  std::function<void(std::string_view name)> tag_name;  // of add_tags and remove_tags
};

// Reads CSV (header row, any of , ; tab |) or, by the suffixes .ndjson and .jsonl, NDJSON. Rows without an id
// are passed over. Throws std::runtime_error, with the place, where the file is missing or has no id column.
void read_seed(const std::string& file, std::string_view id_column, const seed_sink&);

}  // namespace sandbox

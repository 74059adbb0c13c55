// What the rows of one generation wrote last, per resource and field: a scratch table in a temporary file of
// SQLite's, so that memory does not grow with the ledger, beside the intents of the ledger itself.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/job.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::ledger {

struct written_field {
  std::string field;  // as the profile names it; a set verb where only its elements are known
  std::string json;   // compact JSON
  std::uint64_t row = 0;
};

struct written_resource {
  std::string id;
  std::vector<written_field> fields;  // never empty
};

class last_written {
 public:
  // Reads the ledger at `path` for its intents; takes no lock. Failures as ledger_file::open(read_only).
  static expected<last_written> open(const std::string& path, std::int64_t generation, id_compare);
  last_written(last_written&&) noexcept;
  last_written& operator=(last_written&&) noexcept;
  ~last_written();

  // In row order: the last one of a field counts.
  status put(std::string_view id, std::string_view field, std::string_view json, std::uint64_t row);
  // The row found the set `field` as its verb wants it, and wrote nothing: only that these elements are in
  // it, or are not, is known. Holds until a later row writes the set. Several rows add up.
  status put_part(std::string_view id, std::string_view field, std::string_view verb, std::string_view json,
                  std::uint64_t row);
  // Nobody can tell what the field should show.
  status forget(std::string_view id, std::string_view field);
  // The values that the row's newest intent was about to send, a JSON object; empty: it has no intent, or one
  // without values.
  expected<std::string> sent_by(std::uint64_t row);

  expected<std::uint64_t> resources();
  // Whether it is known what the field should show.
  expected<bool> knows(std::string_view id, std::string_view field);
  // What is known of one resource; without fields where nothing is.
  expected<written_resource> find(std::string_view id);
  // Takes it out.
  status drop(std::string_view id);
  // Takes out up to `most` resources, in the order of their ids.
  expected<std::vector<written_resource>> take_next(std::size_t most);

 private:
  struct impl;
  explicit last_written(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::ledger

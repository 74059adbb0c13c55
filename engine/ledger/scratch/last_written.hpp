// What the rows of one generation wrote last, by resource and field. It is a scratch table in a temporary
// file of SQLite, so that memory does not grow with the ledger; it reads the intents of the ledger itself.
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
  std::string field;  // as the profile names it; the set verb if only its elements are known
  std::string json;   // compact JSON
  std::uint64_t row = 0;
};

struct written_resource {
  std::string id;
  std::vector<written_field> fields;  // never empty
};

class last_written {
 public:
  // Opens the ledger at `path` to read its intents; takes no lock. Failures as ledger_file::open(read_only).
  static expected<last_written> open(const std::string& path, std::int64_t generation, id_compare);
  last_written(last_written&&) noexcept;
  last_written& operator=(last_written&&) noexcept;
  ~last_written();

  // Called in row order: the last value of a field counts.
  status put(std::string_view id, std::string_view field, std::string_view json, std::uint64_t row);
  // For a row that found the set `field` as its verb wants it, and wrote nothing. Only this is known of the
  // set: these elements are in it, or are not. It holds until a later row writes the set. Several rows add
  // up.
  status put_part(std::string_view id, std::string_view field, std::string_view verb, std::string_view json,
                  std::uint64_t row);
  // From now on it is not known what the field should show.
  status forget(std::string_view id, std::string_view field);
  // The values in the row's newest intent, a JSON object; empty: the row has no intent, or one without
  // values.
  expected<std::string> sent_by(std::uint64_t row);

  expected<std::uint64_t> resources();
  // Whether it is known what the field should show.
  expected<bool> knows(std::string_view id, std::string_view field);
  // What is known of one resource; it has no fields if nothing is known.
  expected<written_resource> find(std::string_view id);
  // Removes a resource.
  status drop(std::string_view id);
  // Removes and returns up to `most` resources, in the order of their ids.
  expected<std::vector<written_resource>> take_next(std::size_t most);

 private:
  struct impl;
  explicit last_written(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::ledger

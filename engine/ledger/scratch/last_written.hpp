// What the rows of one generation wrote last, by resource and field. It is a scratch table in a temporary
// file of SQLite, so that memory does not grow with the ledger; it reads the intents of the ledger itself.
//
// Rows come in the order of their numbers, and that is the order in which they were sent, except where
// --retry took a row again after a later one. A field that the later row names is left out then; so the order
// of rows holds for whole fields. A set that verbs made is sent as a whole for each of the two rows, so of
// such sets the one that was sent last counts. Invocations are numbered by time, and rows of one id run in
// order within one.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
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
  // In which order resources are taken: that of their ids, or that in which their last rows ended.
  enum class order : std::uint8_t { by_id, by_end };
  // Opens the ledger at `path` to read its intents; takes no lock. Failures as ledger_file::open(read_only).
  static expected<last_written> open(const std::string& path, std::int64_t generation, id_compare,
                                     order = order::by_id);
  last_written(last_written&&) noexcept;
  last_written& operator=(last_written&&) noexcept;
  ~last_written();

  // All that follow are called in row order.
  //
  // With by_end, for a row of a resource that ended at this time: what is known of the resource is as old as
  // its last row.
  status note_end(std::string_view id, wall_time ended);
  // For a row that names the field: its value counts until a later row.
  status put(std::string_view id, std::string_view field, std::string_view json, std::uint64_t row);
  // For a row whose verbs made the set that the invocation `run` sent: it counts unless a set that a later
  // invocation sent is known.
  status put_sent(std::string_view id, std::string_view field, std::string_view json, std::uint64_t row,
                  std::int64_t run);
  // For a row that found the set `field` as its verb wants it, and wrote nothing. Only this is known of the
  // set: these elements are in it, or are not. It holds until a later row writes the set. Several rows add
  // up.
  status put_part(std::string_view id, std::string_view field, std::string_view verb, std::string_view json,
                  std::uint64_t row);
  // From now on it is not known what the field should show.
  status forget(std::string_view id, std::string_view field);
  // Likewise for a set that the invocation `run` may have sent: what a later one sent stays known.
  status forget_sent(std::string_view id, std::string_view field, std::int64_t run);

  struct sent {
    std::string values;    // a JSON object; empty: the row has no intent, or one without values
    std::int64_t run = 0;  // the invocation; 0: the row has no intent
  };
  // What the row's newest intent has.
  expected<sent> sent_by(std::uint64_t row);

  expected<std::uint64_t> resources();
  // What the field should show, as JSON; nullopt: that is not known.
  expected<std::optional<std::string>> known(std::string_view id, std::string_view field);
  // What is known of one resource; it has no fields if nothing is known.
  expected<written_resource> find(std::string_view id);
  // Removes a resource.
  status drop(std::string_view id);
  // Keeps a random sample of the resources, each of which is in it with the same probability: this share of
  // them, rounded up. The same seed chooses the same ones. Returns how many are left.
  expected<std::uint64_t> keep_sample(double share, std::uint32_t seed);
  // With by_end, after the last row: from now on find() and take_next() know only resources whose last row
  // ended at `until` or before.
  struct by_age {
    std::uint64_t resources = 0, hidden = 0;
    wall_time last{};  // when the last row of all of them ended
  };
  expected<by_age> hide_after(wall_time until);
  // What the field was before the row wrote it, as JSON; nullopt: no intent of the row tells it.
  expected<std::optional<std::string>> overwritten_by(std::uint64_t row, std::string_view field);
  // Removes and returns up to `most` resources, in the order that open() was told.
  expected<std::vector<written_resource>> take_next(std::size_t most);

 private:
  struct impl;
  explicit last_written(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::ledger

// Collects what the set verbs of a whole input say: the names that the API must know before anything is sent,
// and whether all rows together only rename one element. Rows are added as they are read. Pure except for
// collect_names().
#pragma once

#include "engine/api/name_directory.hpp"
#include "engine/api/profile.hpp"
#include "engine/input/job_source.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pawl::input {

struct used_name {
  std::string name;        // plain text
  field_index field{};     // the verb that used it first
  std::uint64_t line = 0;  // the first row that used it
  std::uint64_t rows = 0;  // how many rows used it
  std::uint64_t last_row = 0;
};

// The distinct names of add_names and remove_names. Memory is bounded: of a file with ten million different
// names it is only known that there are more than can be kept; such a file is read again once the directory
// is known.
class used_names {
 public:
  // Chosen: more than any workspace has tags, and some 2 MB at most.
  static constexpr std::size_t max_names = 10'000;
  static constexpr std::size_t max_bytes = 1'048'576;

  // Adds the names of one good row. With `known`, adds only names that do not stand for exactly one id there.
  void add(const job_view&, const api::profile&, const api::name_directory* known = nullptr);

  bool any() const noexcept { return !names_.empty(); }
  // False: there were more names than are kept.
  bool complete() const noexcept { return complete_; }
  std::size_t size() const noexcept { return names_.size(); }
  // In the order of their first lines.
  std::vector<used_name> in_order() const;

 private:
  void add_one(std::string_view name, field_index, const job_view&);

  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, used_name, text_hash, std::equal_to<>> names_;
  std::size_t bytes_ = 0;
  bool complete_ = true;
  std::string scratch_;
};

// One complaint for each name that does not stand for exactly one id, in the order of their lines. It shows
// the nearest known name for an unknown name, and two of the ids for an ambiguous one.
std::vector<complaint> unresolved(const used_names&, const api::name_directory&, const api::profile&);

// The field that does with ids what this set verb does with names, for messages; empty: there is none.
std::string_view verb_by_id(const api::profile&, field_index verb);

// Whether the profile has set verbs that take names.
bool has_name_verbs(const api::profile&) noexcept;
// Whether any row uses one; `rows_with_field` is that of validation_report.
bool has_name_verbs(const api::profile&, std::span<const std::uint64_t> rows_with_field) noexcept;

// Collects the names of those good rows that `wanted` selects, from the present position of the source to the
// end of the input; afterwards the source is back at that position. `known` is as in used_names::add();
// `on_progress` and `stop` (each may be empty or null) are as in validate().
expected<used_names> collect_names(job_source&, const api::profile&, const api::name_directory* known,
                                   const std::function<bool(std::uint64_t row)>& wanted,
                                   const std::function<void(std::uint64_t rows)>& on_progress,
                                   const std::atomic<bool>* stop);

// Every row takes the same element away, adds the same other one, and does nothing else. Renaming the element
// itself would do this with one request.
struct uniform_swap {
  std::string removed, added;  // JSON texts: names or ids, as the rows give them
  std::uint64_t rows = 0;
};

class swap_watch {
 public:
  swap_watch() = default;
  // Starts as if it had seen the rows of this swap.
  explicit swap_watch(uniform_swap seen) : rows_(seen.rows), swap_(std::move(seen)) {}

  void add(const job_view&, const api::profile&);
  // Unset: a row does something else, or there was no row.
  std::optional<uniform_swap> found() const;

 private:
  bool begin(const job_view&, const api::profile&);

  bool possible_ = true;
  std::uint64_t rows_ = 0;
  field_index first_{}, second_{};  // the two fields of every patch, in its order
  std::string first_json_, second_json_;
  uniform_swap swap_;
};

}  // namespace pawl::input

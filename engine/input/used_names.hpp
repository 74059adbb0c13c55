// What set verbs say in a whole input: the names that have to be known to the API before anything is sent,
// and whether all rows together only rename one element. Gathered while rows are read; pure but for the pass
// over the source.
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
  std::uint64_t line = 0;  // of the first row that used it
  std::uint64_t rows = 0;  // that used it
  std::uint64_t last_row = 0;
};

// The distinct names of add_names and remove_names. Bounded: a file of ten million different names is not
// kept in memory, only known to have more than can be kept; it is read again with the directory in hand.
class used_names {
 public:
  // Chosen: more than any workspace has tags, and some 2 MB at most.
  static constexpr std::size_t max_names = 10'000;
  static constexpr std::size_t max_bytes = 1'048'576;

  // Takes the names of one good row. With `known` only those that stand for no one id there.
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

// One complaint for each name that stands for no one id, in the order of their lines: unknown ones with the
// nearest known name, ambiguous ones with two of their ids.
std::vector<complaint> unresolved(const used_names&, const api::name_directory&, const api::profile&);

// The field that does with ids what this set verb does with names, for messages; empty if there is none.
std::string_view verb_by_id(const api::profile&, field_index verb);

// Whether the profile has set verbs that take names at all.
bool has_name_verbs(const api::profile&) noexcept;
// Whether any row has one; `rows_with_field` as in validation_report.
bool has_name_verbs(const api::profile&, std::span<const std::uint64_t> rows_with_field) noexcept;

// The names in the good rows that `wanted` says, from where the source stands to the end of the input; the
// source stands there again afterwards. `known` as in used_names::add; `on_progress` and `stop` (each may be
// empty or null) as in validate().
expected<used_names> collect_names(job_source&, const api::profile&, const api::name_directory* known,
                                   const std::function<bool(std::uint64_t row)>& wanted,
                                   const std::function<void(std::uint64_t rows)>& on_progress,
                                   const std::atomic<bool>* stop);

// "Every row takes this element away, puts that one there, and does nothing else": what renaming the element
// itself would do with one request.
struct uniform_swap {
  std::string removed, added;  // JSON texts: names or ids, as the rows say them
  std::uint64_t rows = 0;
};

class swap_watch {
 public:
  swap_watch() = default;
  // As if it had seen the rows of one.
  explicit swap_watch(uniform_swap seen) : rows_(seen.rows), swap_(std::move(seen)) {}

  void add(const job_view&, const api::profile&);
  // Unset: some row is another one, or there was none.
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

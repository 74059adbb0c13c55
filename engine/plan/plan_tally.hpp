// What a plan adds up to: how many rows of each kind, which values change into which, what is lost. Pure;
// bounded however long the input and however many different values it has.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/plan/planned_row.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::plan {

// Counts pairs of texts. The first `most` different ones are counted each; of further ones only what they end
// in, and of further ones of these only the number.
class pair_tally {
 public:
  static constexpr std::size_t most = 512;  // chosen: far more than a screen shows; some 100 KiB a field

  struct line {
    std::optional<std::string> from, to;  // unset: different ones
    std::uint64_t count = 0;
    bool operator==(const line&) const = default;
  };

  void add(std::string_view from, std::string_view to);
  std::uint64_t total() const noexcept { return total_; }

  // At most `lines` (at least 1), largest first, together total(): the pairs where there are so few, else
  // those that end alike taken together, else the largest of these and a last line for all others.
  std::vector<line> largest(std::size_t lines) const;

 private:
  std::map<std::pair<std::string, std::string>, std::uint64_t, std::less<>> pairs_;
  std::map<std::string, std::uint64_t, std::less<>> ends_;  // of pairs that have no entry
  std::uint64_t others_ = 0, total_ = 0;
};

// A value in few words: JSON text in, a short printable text out.
std::string short_value(std::string_view json);
// A set that becomes another one, element by element: "+tag_a -tag_b". nullopt: one of them is no list.
std::optional<std::string> set_difference_in_words(std::string_view old_json, std::string_view new_json);

class plan_tally {
 public:
  explicit plan_tally(const api::profile&);  // must outlive it

  void add(const planned_row&);

  struct named_row {
    std::uint64_t row = 0;
    std::string id, why;
  };
  struct field_tally {
    std::string name;
    bool is_shown = true;     // false: no read shows what stands there
    pair_tally values;        // fields that differ; a change of a set ends in its difference, from nothing
    std::uint64_t along = 0;  // sent although equal, because they go together with others
  };

  std::uint64_t rows() const noexcept;
  std::uint64_t of(planned k) const noexcept { return counts_[static_cast<std::size_t>(k)]; }
  // In the order in which they first came.
  const std::vector<field_tally>& fields() const noexcept { return fields_; }
  const pair_tally& skipped() const noexcept { return skipped_; }  // reason -> rule
  // The first rows of a kind that no read decided, and of those that contradict an earlier one.
  static constexpr std::size_t most_named = 3;
  const std::vector<named_row>& named(planned k) const noexcept {
    return named_[static_cast<std::size_t>(k)];
  }
  std::uint64_t repeated() const noexcept { return repeated_; }
  std::uint64_t contradicting() const noexcept { return contradicting_; }
  const std::vector<named_row>& contradictions() const noexcept { return contradictions_; }
  // By field_index, and one more for passed fields: rows that would be sent with it.
  const std::vector<std::uint64_t>& rows_with_field() const noexcept { return rows_with_field_; }
  std::uint64_t not_replay_safe() const noexcept { return not_replay_safe_; }
  // Rows by field and obstacle.
  const std::map<std::pair<std::string, undo_obstacle>, std::uint64_t>& losses() const noexcept {
    return losses_;
  }
  // Rows by field_index, and one more for members that the profile does not describe: what a write that holds
  // the row does not name.
  const std::vector<std::uint64_t>& unnamed() const noexcept { return unnamed_; }
  // Rows by field_index.
  const std::vector<std::uint64_t>& rides_unsent() const noexcept { return rides_unsent_; }

 private:
  field_tally& tally_of(const planned_change&);
  void name(std::vector<named_row>&, const planned_row&, std::string why);

  const api::profile& profile_;
  std::array<std::uint64_t, planned_count> counts_{};
  std::array<std::vector<named_row>, planned_count> named_;
  std::vector<field_tally> fields_;
  pair_tally skipped_;
  std::uint64_t repeated_ = 0, contradicting_ = 0, not_replay_safe_ = 0;
  std::vector<named_row> contradictions_;
  std::vector<std::uint64_t> rows_with_field_, rides_unsent_, unnamed_;
  std::map<std::pair<std::string, undo_obstacle>, std::uint64_t> losses_;
};

}  // namespace pawl::plan

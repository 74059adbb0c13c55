// Sums up a plan: how many rows of each kind there are, which values change into which, what is lost. Pure.
// Its memory is bounded, however long the input and however many different values it has.
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

// Counts pairs of texts. The first `most` different pairs are counted one by one; further pairs by their
// second text only; and when there are `most` of these, the rest only as a number.
class pair_tally {
 public:
  static constexpr std::size_t most = 512;  // chosen: far more than a screen shows; some 100 KiB a field

  struct line {
    std::optional<std::string> from, to;  // unset: pairs with different texts
    std::uint64_t count = 0;
    bool operator==(const line&) const = default;
  };

  void add(std::string_view from, std::string_view to);
  std::uint64_t total() const noexcept { return total_; }

  // At most `lines` (at least 1) lines, largest first, which add up to total(). If there are few pairs, one
  // line for each; otherwise one line for all pairs with the same second text; if these are too many, the
  // largest of them and a last line for all others.
  std::vector<line> largest(std::size_t lines) const;

 private:
  std::map<std::pair<std::string, std::string>, std::uint64_t, std::less<>> pairs_;
  std::map<std::string, std::uint64_t, std::less<>> ends_;  // further pairs, by their second text
  std::uint64_t others_ = 0, total_ = 0;
};

// A short printable text for a JSON value.
std::string short_value(std::string_view json);
// How a set becomes another one, by element: "+tag_a -tag_b". nullopt: one of the texts is no list.
std::optional<std::string> set_difference_in_words(std::string_view old_json, std::string_view new_json);

class plan_tally {
 public:
  explicit plan_tally(const api::profile&);  // the profile must outlive it

  void add(const planned_row&);

  struct named_row {
    std::uint64_t row = 0;
    std::string id, why;
  };
  struct field_tally {
    std::string name;
    bool is_shown = true;  // false: no read shows its value
    // For the rows where it differs. A set has no first text, and its difference as the second.
    pair_tally values;
    std::uint64_t along = 0;  // rows that send it although it is equal, because another field takes it along
  };

  std::uint64_t rows() const noexcept;
  std::uint64_t of(planned k) const noexcept { return counts_[static_cast<std::size_t>(k)]; }
  // In the order of their first occurrence.
  const std::vector<field_tally>& fields() const noexcept { return fields_; }
  const pair_tally& skipped() const noexcept { return skipped_; }  // reason -> rule
  // The first rows of each kind that no read decided, and the first that contradict an earlier row.
  static constexpr std::size_t most_named = 3;
  const std::vector<named_row>& named(planned k) const noexcept {
    return named_[static_cast<std::size_t>(k)];
  }
  std::uint64_t repeated() const noexcept { return repeated_; }
  std::uint64_t contradicting() const noexcept { return contradicting_; }
  const std::vector<named_row>& contradictions() const noexcept { return contradictions_; }
  // How many rows would send each field; by field_index, with one more entry for passed fields.
  const std::vector<std::uint64_t>& rows_with_field() const noexcept { return rows_with_field_; }
  std::uint64_t not_replay_safe() const noexcept { return not_replay_safe_; }
  // How many rows lose a field, by field and reason.
  const std::map<std::pair<std::string, undo_obstacle>, std::uint64_t>& losses() const noexcept {
    return losses_;
  }
  // How many rows do not name each field in a write that holds the whole row; by field_index, with one more
  // entry for members that the profile does not describe.
  const std::vector<std::uint64_t>& unnamed() const noexcept { return unnamed_; }
  // How many rows do not send a field because the one that it rides with is not sent; by field_index.
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

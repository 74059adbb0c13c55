// Decides which fields of a row that is tried again are left out, because a later row of the same id has
// written them or may have: the last row of the input has the last word. A later row that is still pending
// leaves nothing out: it may end without a write, and it comes afterwards anyway, because rows of one id run
// in input order. Pure.
//
// The naive way keeps every later row. This keeps only, for ids that are tried again, which row wrote which
// field last, and of the rows tried again the numbers of their fields, with the values of a few: some ten
// bytes and one or two for each field. Its memory is bounded by the rows tried again and the fields that
// later rows of their ids name.
#pragma once

#include "engine/api/member_values.hpp"
#include "engine/api/profile.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/job.hpp"
#include "engine/model/outcome.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pawl::plan {

// Whether a later row with this outcome has the last word on its fields: it wrote them, found them as it
// wanted them, or may have written them.
bool has_last_word(outcome) noexcept;

class later_rows {
 public:
  // The profile must outlive the object.
  explicit later_rows(const api::profile&);
  // Not copied: what is kept points at the ids.
  later_rows(later_rows&&) = default;

  // Called first, for every row that is tried again.
  void watch(std::string_view id, std::uint64_t row);
  // Called then, if ids are known before patches are: for every row that has the last word, by its id. True:
  // a row of its id that is tried again comes before it, so note() has to see its patch. Afterwards the ids
  // that no such row follows are forgotten.
  bool follows(std::string_view id, std::uint64_t row);
  void forget_the_others();
  // The first row that is tried again and still watched; 0: there is none.
  std::uint64_t first_row() const noexcept { return first_row_; }
  bool is_watched(std::string_view id) const { return find(id) != nullptr; }

  // Called then, for every row that has the last word, in any order.
  void note(const job_view&);
  // Called in the same phase, for a row that is tried again and watched: keeps what judge() has to know of
  // it.
  void keep(const job_view&);

  // Called last: shows every row that was kept, in that order. Of its patch it has all fields, but values
  // only of set verbs, of objects that are compared by their members, and where one demands another field; it
  // has no expect and no raw, and an id in lower case where case does not count. The view is valid during the
  // call.
  void for_each_kept(const std::function<void(const job_view&)>&) const;
  // Called last, for a row that is tried again. It returns what to leave out (engine/input/left_out.hpp):
  // - a field that a later row names; of an object that is compared by its members (`members`) those members
  //   that a later row names;
  // - a whole list, if a later row adds to it or removes from it, and the other way round;
  // - additions, if a later row removes one of the same elements (or names elements in another way), and the
  //   other way round; the case of letters counts as in the list; later additions do not affect additions;
  // - a field that rides with or goes together with such a field, or that needs one;
  // - all fields, if a write replaces the resource (`body_is = "row"`, and a PUT that does not say): the
  //   later row replaced all of it, and a part of this one would erase what it wrote.
  ledger::left_out_row judge(const job_view&) const;

 private:
  // A field of the profile, or behind these one that it passes on, by the order in which they came up.
  using field_number = std::uint32_t;
  struct written {
    std::uint64_t row = 0;  // the last row that wrote it
    // Of a set verb an element, of an object by members the value, as JSON; empty: the field as a whole.
    std::string element;
    field_number field = 0;
  };
  struct watched {
    std::uint64_t first_row = 0;
    bool is_followed = false;
    std::vector<written> later;
  };
  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using watched_ids = std::unordered_map<std::string, watched, text_hash, std::equal_to<>>;
  // Spellings of one resource get the same key.
  const watched_ids::value_type* entry(std::string_view id) const;  // null: it is not watched
  const watched* find(std::string_view id) const;
  watched* find(std::string_view id) { return const_cast<watched*>(std::as_const(*this).find(id)); }
  const api::field_spec* spec_of(const field_value&) const noexcept;
  field_number number_of(const field_value&);
  // Unset: no row that was noted or kept has this field.
  std::optional<field_number> known_number_of(const field_value&) const;
  field_value field_of(field_number) const;
  bool judges_by_value(const field_value&) const noexcept;
  bool goes_by_members(const field_value&) const noexcept;
  bool is_covered(const watched&, const field_value&, std::uint64_t row) const;
  api::overlap covered_members(const watched&, const field_value&, std::uint64_t row,
                               std::string& named) const;
  bool contradicts(const watched&, const api::field_spec& mine, std::string_view my_list,
                   std::uint64_t row) const;

  const api::profile& profile_;
  watched_ids ids_;
  std::uint64_t first_row_ = 0;
  std::unordered_map<std::string, field_number, text_hash, std::equal_to<>> passed_;
  std::vector<std::string_view> passed_names_;  // the keys of passed_, by number
  std::string kept_;                            // rows, packed one after another
  std::uint64_t kept_row_ = 0, kept_line_ = 0;  // of the last of them
};

}  // namespace pawl::plan

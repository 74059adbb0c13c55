// Which fields of a row that is tried again stay out, because a later row of the same id has written them or
// may have: the last word of the input stands. A later row that is still to come leaves nothing out: it may
// end without writing, and as rows of one id run in input order it has its word afterwards anyway. Pure.
//
// Naively one would keep every later row. Kept are only, for ids that are tried again, which field was
// written last by which row: memory bounded by the rows tried again and the fields that later rows of their
// ids name.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/job.hpp"
#include "engine/model/outcome.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pawl::plan {

// Whether a later row that ended so has the last word on its fields: it wrote them, found them as it wanted
// them, or may have written them.
bool has_last_word(outcome) noexcept;

class later_rows {
 public:
  // The profile must outlive the object.
  explicit later_rows(const api::profile&);

  // First: every row that is tried again.
  void watch(std::string_view id, std::uint64_t row);
  // Then: every row that has the last word, in any order.
  void note(const job_view&);
  // False: no row has anything to leave out.
  bool any() const noexcept { return any_; }

  // Then, for a row that is tried again: the fields that stay out. A field is left out
  // - where a later row names it;
  // - a whole list, where a later row adds to it or removes from it, and the other way round;
  // - additions, where a later row removes one of the same elements (or names elements another way), and the
  //   other way round; later additions leave additions alone;
  // - with what it rides with or goes together with, and where what it needs is left out;
  // - everything, where a write replaces the resource (`body_is = "row"`, and PUT that does not say): the
  // later
  //   row replaced all of it, and a part of this one would erase what it wrote.
  ledger::left_out_row judge(const job_view&) const;

 private:
  struct written {
    std::string field, element;  // element: of a set verb, as JSON; empty: the field itself
    std::uint64_t row = 0;       // the last one
  };
  struct watched {
    std::uint64_t first_row = 0;
    std::vector<written> later;
  };
  // Spellings of one resource have one key.
  std::string key_of(std::string_view id) const;
  const api::field_spec* spec_of(const field_value&) const noexcept;
  bool is_covered(const watched&, const field_value&, std::uint64_t row) const;
  bool contradicts(const watched&, const api::field_spec& mine, std::string_view my_list,
                   std::uint64_t row) const;

  const api::profile& profile_;
  std::unordered_map<std::string, watched> ids_;
  bool any_ = false;
};

}  // namespace pawl::plan

// Writes a row of a plan as a line of NDJSON: what would become of it, and the job that would be sent. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/app/rows/row_expectation.hpp"
#include "engine/input/field_names.hpp"
#include "engine/input/job_source.hpp"
#include "engine/plan/planned_row.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::app {

// "write", "unchanged", "skipped", "missing", "refused", "unreadable", "invalid".
std::string_view to_string(plan::planned) noexcept;

// {"row":1,"line":2,"id":"thr_1","what":"write","changes":{"status":{"old":"open","new":"done"}}}
// `old` is left out if no read shows it. Further members, if they apply: `why`; `repeated` (an earlier row
// has the id), `contradicts` ({"field":...,"row":...}), `cannot_be_undone` and `left_unsent` (lists of
// fields).
void append_plan_line(std::string& to, const plan::planned_row&, const api::profile&);

// Writes jobs as an input of `run`: {"id":...,"patch":{...},"expect":{...}}, followed by the notes of the
// input row.
class job_lines {
 public:
  // Both must outlive it.
  job_lines(const api::profile&, const input::source_facts&);

  // Appends a row that would be written: its whole patch, and as `expect` its own preconditions and the
  // present values of the fields that would be written.
  void append(std::string& to, const plan::planned_row&);

  // How many rows lack an old value because no input may hold it (row_expectation.hpp).
  std::uint64_t shortened() const noexcept { return shortened_; }

 private:
  void append_notes(std::string& to, std::string_view raw) const;
  void append_note_cells(std::string& to, std::string_view raw) const;
  static void append_note_members(std::string& to, std::string_view raw);

  const api::profile& profile_;
  const input::source_facts& facts_;
  input::field_names names_;
  row_expectation expectation_;
  std::uint64_t shortened_ = 0;
};

}  // namespace pawl::app

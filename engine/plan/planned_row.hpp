// What a run would do with one row, as `plan` found it: values, without text for people.
#pragma once

#include "engine/model/job.hpp"
#include "engine/plan/undo.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pawl::plan {

enum class planned : std::uint8_t {
  write,       // something would be sent
  unchanged,   // as wanted already
  skipped,     // a precondition does not hold
  missing,     // the API knows no such resource (404): the run would end it as refused
  refused,     // the API refuses the read for another reason: likewise
  unreadable,  // no read shows the resource: the run would end the row as failed
  invalid,     // the row itself is wrong (--skip-invalid)
};
inline constexpr std::size_t planned_count = 7;

// One field that would be sent.
struct planned_change {
  field_index field{};  // may be passed_field
  std::string_view name;
  std::optional<std::string_view> old_value;  // JSON text; unset: no read shows it
  std::string_view new_value;
  bool differs = true;  // false: it is equal, and goes along with other fields
};

// An earlier row of the same id that wants another value of the same field.
struct contradiction {
  std::string_view field;
  std::uint64_t row = 0;
};

// Holds views: they are valid until the next row is judged.
struct planned_row {
  planned is = planned::write;
  std::uint64_t row = 0, line = 0;
  std::string_view id;
  job_view job;                              // empty for invalid rows
  std::span<const planned_change> changes;   // of a write
  std::span<const field_value> beside;       // of a write: old values of fields that it may change by the way
  std::string_view why;                      // the reason why nothing is written, printable
  std::string_view rule;                     // of skipped: the precondition that does not hold
  bool is_repeated = false;                  // an earlier row has the same id
  std::optional<contradiction> contradicts;  // the first one of the row
  std::span<const undo_loss> losses;         // of a write: what `undo` could not restore
  std::span<const field_index> rides_unsent;  // fields that no read shows, and that are not sent because the
                                              // field they ride with is as wanted
  // Of a write that holds the whole row: the fields that the row does not name, so that a server that
  // replaces the resource would erase them.
  std::span<const field_index> unnamed;
  bool unnamed_others = false;  // the same of members that the profile does not describe
};

}  // namespace pawl::plan

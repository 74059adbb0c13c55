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
  refused,     // the API refuses the read otherwise: likewise
  unreadable,  // no read tells what stands there: the run would end it as failed
  invalid,     // the row itself is wrong (--skip-invalid)
};
inline constexpr std::size_t planned_count = 7;

// One field that would be sent.
struct planned_change {
  field_index field{};  // may be passed_field
  std::string_view name;
  std::optional<std::string_view> old_value;  // JSON text; unset: no read shows it
  std::string_view new_value;
  bool differs = true;  // false: it only goes along with others
};

// An earlier row of the same id that wants another value of the same field.
struct contradiction {
  std::string_view field;
  std::uint64_t row = 0;
};

// Views: valid until the next row is judged.
struct planned_row {
  planned is = planned::write;
  std::uint64_t row = 0, line = 0;
  std::string_view id;
  job_view job;                               // empty for invalid rows
  std::span<const planned_change> changes;    // of a write
  std::span<const field_value> beside;        // of a write: old values that may be changed by the way
  std::string_view why;                       // of what is no write: the reason, printable
  std::string_view rule;                      // of skipped: the precondition that does not hold
  bool is_repeated = false;                   // an earlier row has the same id
  std::optional<contradiction> contradicts;   // the first one of the row
  std::span<const undo_loss> losses;          // of a write: what `undo` could not bring back
  std::span<const field_index> rides_unsent;  // fields that no read shows, left out because what they ride
                                              // with is as wanted
  // Of a write that holds the row: what a server that replaces the resource would erase, for the row does not
  // name it.
  std::span<const field_index> unnamed;
  bool unnamed_others = false;  // members too that the profile does not describe
};

}  // namespace pawl::plan

// The way back: from the pre-images of a generation to jobs that restore what stood there before it. Pure.
//
// One net job per resource: each field from the value that the first write found to the one that it had
// before the run, with `expect` saying what the last write left, so that a resource that somebody has changed
// since is skipped and keeps that change. Lists that have set verbs go back as the inverse of what was really
// added and removed, without `expect`: later edits of the other elements survive.
//
// Where a write holds all fields of its row (`body_is = "row"`), so does the job that takes it back: a server
// that replaces the resource erases what a write leaves out. All of them are expected then. With "whole" a
// job names what was changed, and the run puts that into the resource as it will be then.
//
// Writes of which nobody knows whether they were applied (outcome unknown, or cut off by a crash) are undone
// as well, and that is safe: `expect` holds only if they were. Where such a write came after a certain one of
// the same field, a second job covers the case that it was not applied; at most one of the two finds its
// `expect`.
#pragma once

#include "engine/api/json_compare.hpp"
#include "engine/api/profile.hpp"
#include "engine/input/field_names.hpp"
#include "engine/input/field_types.hpp"
#include "engine/input/row_values.hpp"
#include "engine/model/byte_arena.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::plan {

// Why a field of a resource cannot go back.
enum class undo_obstacle : std::uint8_t {
  not_shown,      // the API shows no value of it, so nobody knows the old one
  not_nullable,   // it was empty, and the API takes no null
  not_accepted,   // the old value is none that the API (by its profile) takes
  needs_another,  // the old value needs another field whose old value is not known
  unsound,        // a value that is needed is one that no input may say, such as half of a surrogate pair
  too_large,      // the job would be longer or nested deeper than a row may be
  left_out,       // a write that replaces the resource did not hold it, so a server may have erased it
  record_broken,  // of the whole resource: what the ledger keeps of a write is no JSON object
};

struct undo_loss {
  std::string field;  // empty: the whole resource
  undo_obstacle why{};
};

struct undo_result {
  // NDJSON lines with their line end, valid as an input of `run`: none where nothing changed or nothing can
  // go back, one, or two (above).
  std::string lines;
  std::uint64_t jobs = 0;
  std::vector<undo_loss> losses;
};

// Takes the writes of one resource after the other. Its memory is that of one resource.
class undo_builder {
 public:
  // The profile must outlive the builder.
  explicit undo_builder(const api::profile&);

  // The next write of the resource, oldest first; values as in ledger::intent_record. What cannot be read
  // costs its field, or the resource where the text is no JSON object: finish() says so.
  void add(std::string_view old_values, std::string_view new_values, bool certain);

  // What brings the resource back; the builder is ready for the next one then.
  undo_result finish(std::string_view id);

 private:
  struct value {
    std::string json;  // compact where it fits, else as the ledger has it
    input::row_fit fit = input::row_fit::fits;
  };
  struct element {  // of a list that goes back element by element
    std::string json;
    bool was_there = false, is_there = false;
  };
  struct trace {
    std::string name;
    std::optional<field_index> field;  // unset: the profile lets it through without knowing it
    bool is_set = false;
    bool is_written = false;         // false: only seen, beside the fields that were written
    std::optional<value> old_value;  // before the first write
    value left;                      // by the last write
    bool left_certainly = false;
    std::optional<value> left_before_doubt;  // by the last certain write, where uncertain ones follow
    std::vector<element> elements;
    input::row_fit elements_fit = input::row_fit::fits;  // of all lists that they were found by
  };
  struct member;
  struct plan;

  trace& trace_of(std::string_view name);
  bool goes_by_elements(field_index) const;
  bool list_members(std::string_view object, std::vector<member>&);
  void write(trace&, const value* old_value, const value& new_value, bool certain);
  void follow_elements(trace&, std::string_view old_value, std::string_view new_value);
  bool same(const trace&, std::string_view a, std::string_view b);
  static input::row_fit worst_fit(const trace&, bool expects);
  bool may_expect(const trace&);
  void plan_way_back(plan&, std::vector<undo_loss>&);
  bool is_said_elsewhere(std::string_view name) const;
  void list_left_out(std::vector<undo_loss>&) const;
  void plan_field(const trace&, plan&, std::vector<undo_loss>&);
  void plan_elements(const trace&, plan&, std::vector<undo_loss>&);
  void plan_company(const trace&, plan&);
  void check_needs(plan&, std::vector<undo_loss>&);
  void append_job(std::string& to, std::string_view id, const plan&, bool before_doubt) const;

  const api::profile& profile_;
  input::field_names names_;
  input::field_typer typer_;
  input::row_value_reader values_;
  api::json_comparer comparer_;
  byte_arena bytes_;
  std::vector<trace> traces_;
  bool is_broken_ = false;  // a record of the resource could not be read
};

}  // namespace pawl::plan

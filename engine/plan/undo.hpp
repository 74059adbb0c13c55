// Undo: turns the pre-images of a generation into jobs that restore what was there before it. Pure.
//
// One net job per resource takes each field back to the value that it had before the run. Its `expect` says
// what the last write left, so that a resource that somebody has changed since is skipped and keeps that
// change. Lists with set verbs go back by the inverse of what was really added and removed, without `expect`:
// later changes of other elements survive.
//
// If a write holds all fields of its row (`body_is = "row"`), so does the job that takes it back, because a
// server that replaces the resource erases what a write leaves out; all of the fields are then expected. If
// one of them cannot go back, there is no job. With "whole" a job names the changed fields, and the run puts
// these into the resource as it will be then.
//
// A write that may or may not have been applied (outcome unknown or mismatch, or cut off by a crash) is
// undone as well. That is safe, because `expect` holds only if it was applied. What it wrote goes back in a
// job of its own, so that the certain part goes back whatever became of it. If it came after a certain one of
// the same field, a second job covers the case that it was not applied; `expect` holds for at most one of the
// two. (With "row" all of it stays in one job.)
//
// What the API changes by the way (a date that goes with a state) is not expected: nobody knows what is
// there.
#pragma once

#include "engine/api/json_compare.hpp"
#include "engine/api/profile.hpp"
#include "engine/input/field_names.hpp"
#include "engine/input/field_types.hpp"
#include "engine/input/row_values.hpp"
#include "engine/model/byte_arena.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::plan {

// Why a field of a resource cannot go back.
enum class undo_obstacle : std::uint8_t {
  not_shown,      // the API shows no value of it, so the old one is not known
  not_nullable,   // it was empty, and the API does not take null
  not_accepted,   // the API does not take the old value, according to its profile
  needs_another,  // the old value needs another field whose old value is not known
  unsound,        // the job would need a value that no input may hold, such as half of a surrogate pair
  too_large,      // the job would be longer, or nested deeper, than a row may be
  normalised,     // a text that was not shown as it was sent, so no job can expect what the API shows
  left_out,       // a write that replaces the resource did not hold it, so the server may have erased it
  record_broken,  // of the whole resource: what the ledger has of a write is no JSON object
};

struct undo_loss {
  std::string field;  // empty: the whole resource
  undo_obstacle why{};
};

struct undo_result {
  // NDJSON lines with their line ends, valid as an input of `run`: none if nothing changed or nothing can go
  // back; mostly one, and more where writes are in doubt (see above).
  std::string lines;
  std::uint64_t jobs = 0;
  std::vector<undo_loss> losses;
};

// Takes the writes of one resource after another. It keeps one resource in memory.
class undo_builder {
 public:
  // The profile must outlive the builder.
  explicit undo_builder(const api::profile&);

  // Adds the next write of the resource, oldest first; values are as in ledger::intent_record. A value that
  // cannot be read loses its field, and a text that is no JSON object loses the resource; finish() reports
  // both.
  //
  // `as_sent`: the API has shown every field as it was sent. Else it may show a text in a form of its own
  // (comparison::text), and nobody can tell whether somebody has changed it since.
  void add(std::string_view old_values, std::string_view new_values, bool certain, bool as_sent);

  // Returns the jobs that restore the resource; the builder is then ready for the next one.
  undo_result finish(std::string_view id);

 private:
  struct value {
    std::string json;  // compact if it fits, else as the ledger has it
    input::row_fit fit = input::row_fit::fits;
    bool is_shown = true;  // the API has shown it as it was sent
  };
  struct element {  // an element of a list that goes back by its elements
    std::string json;
    bool was_there = false, is_there = false;
    bool is_there_before_doubt = false;  // if no doubtful write was applied
  };
  struct trace {
    std::string name;
    std::optional<field_index> field;  // unset: the profile passes it on without knowing it
    bool is_set = false;               // it goes back by its elements
    bool is_written = false;           // false: it was only read, beside the fields that were written
    bool is_left_out = false;          // a later write did not name it
    std::optional<value> old_value;    // before the first write
    value left;                        // what the last write left
    // Before the last write: of the attempts of a row any one may not have been applied.
    std::optional<value> before_last;
    bool left_certainly = false;
    // False: a later write of another field may have changed it. With `before_doubt`: a certain one has.
    bool is_left_known = true, is_known_before_doubt = true;
    std::uint32_t left_by = 0;               // the number of the last write
    std::optional<value> left_before_doubt;  // what the last certain write left, if uncertain ones follow
    std::vector<element> elements;
    input::row_fit elements_fit = input::row_fit::fits;  // the worst of the lists in which they were found
  };
  struct member;
  struct plan_entry;  // undo_plan.hpp
  struct plan;

  trace& trace_of(std::string_view name);
  bool goes_by_elements(field_index) const;
  bool list_members(std::string_view object, std::vector<member>&);
  void write(trace&, const value* old_value, const value& new_value, bool certain);
  bool was_edited(const trace&, const value& shown);
  void write_members(trace&, const value* old_value, const value& new_value, bool certain);
  static value put_over(const value& base, const value& top);
  void follow_elements(trace&, std::string_view old_value, std::string_view new_value, bool certain);
  bool same(const trace&, std::string_view a, std::string_view b);
  bool can_expect(const trace&) const;
  bool can_expect_before_doubt(const trace&);
  static input::row_fit worst_fit(const trace&, bool expects);
  bool may_expect(const trace&);
  std::optional<undo_obstacle> obstacle_to(const trace&);
  void plan_way_back(plan&, std::vector<undo_loss>&);
  bool is_said_elsewhere(std::string_view name) const;
  void list_left_out(std::vector<undo_loss>&) const;
  void plan_field(const trace&, plan&, std::vector<undo_loss>&);
  void plan_elements(const trace&, plan&, std::vector<undo_loss>&);
  void plan_company(const trace&, plan&);
  void take_riders(plan&, std::size_t entry);
  void check_needs(plan&, std::vector<undo_loss>&);
  bool is_emptied(const trace&, const plan&) const;
  bool is_complete(const plan&) const;
  void forgive(const plan&, std::vector<undo_loss>&) const;
  bool belong_together(const trace&, const trace&) const;
  std::vector<std::size_t> parts_of(const plan&) const;
  void check_guards(plan&, std::vector<undo_loss>&) const;
  bool changes_by_the_way(const trace&, const trace&) const;
  bool is_needed_before_doubt(const plan_entry&, const plan&) const;
  bool append_job(std::string& to, std::string_view id, const plan&, bool before_doubt) const;

  const api::profile& profile_;
  input::field_names names_;
  input::field_typer typer_;
  input::row_value_reader values_;
  api::json_comparer comparer_;
  byte_arena bytes_;
  std::vector<std::vector<field_index>> company_;  // by field: api::sent_together()
  std::vector<trace> traces_;
  std::uint32_t writes_ = 0;
  bool is_broken_ = false;  // a record of the resource could not be read
};

}  // namespace pawl::plan

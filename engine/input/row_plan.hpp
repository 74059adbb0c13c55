// What each row of an input is made of. For each top-level member of the patch and of `expect` it says
// whether the value comes from a column, from --set, or from several columns that reach inside it. Made once,
// at opening.
#pragma once

#include "engine/input/field_names.hpp"
#include "engine/model/error.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::input {

// Where a value comes from: a column of the row, or the JSON text of a --set.
struct value_origin {
  int column = -1;
  std::string_view constant;
};

struct plan_member {
  std::vector<std::string> way;  // `b`, or `b`, `c` for a.b.c; no name needs an escape
  value_rule rule;
  value_origin from;
};

struct plan_entry {
  field_index field{};
  std::string_view name;  // owned by the profile or by the plan
  const value_rule* rule = nullptr;
  bool nullable = false;
  value_origin from;                 // unused if there are members
  std::vector<plan_member> members;  // from dotted columns; equal beginnings of ways stand together
};

// Owns the texts that its entries refer to, so it cannot be copied.
class row_plan {
 public:
  // The names must outlive the plan.
  explicit row_plan(const field_names& names) : names_(&names) {}
  row_plan(const row_plan&) = delete;
  row_plan& operator=(const row_plan&) = delete;

  // Adds what `target` stands for. False: `problem` says what it collides with.
  bool add(const name_target&, value_origin, std::string& problem);

  // Adds `--set field=value`; the value is read as a cell. False: `problem` says why, without the place.
  bool add_constant(std::string_view name, std::string_view value, std::string_view id_column, field_typer&,
                    std::string& problem);

  // Sorts the entries by field, passed fields last in the order in which they were added.
  void finish();

  const std::vector<plan_entry>& patch() const noexcept { return patch_; }
  const std::vector<plan_entry>& expect() const noexcept { return expect_; }

 private:
  const field_names* names_;
  std::deque<std::string> texts_;  // stable addresses
  byte_arena constants_;
  std::vector<plan_entry> patch_, expect_;
  std::size_t added_ = 0;  // where add() put a member last
};

// Makes an object of members that are given by their ways; those that share the beginning of one stand
// together. Keeps its memory.
class member_text {
 public:
  void begin();
  void add(const std::vector<std::string>& way, std::string_view json);
  // The object; empty: it has no members. Valid until the next begin().
  std::string_view end();

 private:
  void close_to(std::size_t depth);
  std::string text_;
  std::vector<std::string_view> open_;  // objects inside of it
};

// The JSON text of an entry all of whose values come from --set.
std::string_view constant_of(const plan_entry&, byte_arena&);

}  // namespace pawl::input

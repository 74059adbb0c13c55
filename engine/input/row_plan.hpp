// What each row of an input is made of: for every top-level member of the patch and of `expect`, whether its
// value comes from a column, from --set, or from several columns that reach inside it. Made once at open.
#pragma once

#include "engine/input/field_names.hpp"
#include "engine/model/error.hpp"

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
  std::string name;  // needs no escape
  value_rule rule;
  value_origin from;
};

struct plan_entry {
  field_index field{};
  std::string_view name;  // in the profile, or in the plan
  const value_rule* rule = nullptr;
  bool nullable = false;
  value_origin from;                 // not used where there are members
  std::vector<plan_member> members;  // of dotted columns
};

// Owns the texts that its entries name; stays where it is once it is built.
class row_plan {
 public:
  // The names must outlive the plan.
  explicit row_plan(const field_names& names) : names_(&names) {}
  row_plan(const row_plan&) = delete;
  row_plan& operator=(const row_plan&) = delete;

  // Adds what `target` stands for. False: `problem` says what else it collides with.
  bool add(const name_target&, value_origin, std::string& problem);

  // Adds `--set field=value`, typed as a cell. False: `problem`, without the place.
  bool add_constant(std::string_view name, std::string_view value, std::string_view id_column, field_typer&,
                    std::string& problem);

  // In field order, passed fields last in the order of adding.
  void finish();

  const std::vector<plan_entry>& patch() const noexcept { return patch_; }
  const std::vector<plan_entry>& expect() const noexcept { return expect_; }

 private:
  const field_names* names_;
  std::deque<std::string> texts_;  // stable addresses
  byte_arena constants_;
  std::vector<plan_entry> patch_, expect_;
};

// The JSON text of an entry that has no column: of --set alone.
std::string_view constant_of(const plan_entry&, byte_arena&);

}  // namespace pawl::input

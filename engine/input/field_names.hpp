// Resolves names that people write (columns, keys, --set, --map) to what they mean in the profile.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/input/field_types.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pawl::input {

// A column or key that begins with this is a note: it is never sent, and kept in exports.
inline constexpr char note_mark = '_';
inline constexpr std::string_view expect_prefix = "expect.";
// How many fields of one row the profile may let through without knowing them (`unknown_fields = "pass"`).
// Chosen.
inline constexpr std::size_t max_passed_fields = 64;

// What a name stands for.
struct name_target {
  field_index field{};      // passed_field: the profile does not know it and passes it on
  bool is_expect = false;   // a precondition, not part of the patch
  std::string_view name;    // the JSON key: the profile's for a known field, else a part of the given name
  std::string_view member;  // of an object field: the member, also `a.b`; empty: the field itself
};

// Compiled once per input. The profile must outlive it.
class field_names {
 public:
  explicit field_names(const api::profile&);

  // A known field by its exact name.
  std::optional<field_index> find(std::string_view name) const noexcept;

  // A column: `status`, `notify.slack`, `expect.status`. nullopt: `problem` says why not, e.g.
  // `is not a known field; did you mean "status"?`
  std::optional<name_target> resolve(std::string_view name, std::string& problem) const;

  // Whether `expect` may name it: the API shows it, and it is not a set verb.
  bool can_expect(field_index) const noexcept;

  // "is not a known field; did you mean ...?", or with the known fields where none is near.
  std::string unknown(std::string_view name) const;
  // The field that was probably meant; empty: none is near.
  std::string_view nearest_field(std::string_view name) const;
  // Whether a field that the profile does not know can be passed on: its name is not empty, is short, and
  // needs no escape in JSON.
  static bool can_pass(std::string_view name) noexcept;
  // Whether fields of the profile stand in a member of this name, which then cannot be passed beside them.
  bool is_place(std::string_view name) const noexcept;
  // What is wrong with a name for which can_pass() is false.
  std::string why_not_passed(std::string_view name) const;

  const api::profile& profile() const noexcept { return *profile_; }
  const value_rule& rule(field_index) const noexcept;

 private:
  static bool can_reach(std::string_view object, std::string_view member, std::string& problem);
  static bool is_inside(std::string_view object, api::field_type, std::span<const api::member_spec>,
                        std::string_view way, std::string& problem);

  const api::profile* profile_;
  std::unordered_map<std::string_view, field_index> by_name_;
  std::vector<value_rule> rules_;  // by field_index
  value_rule passed_;
  std::vector<std::string_view> places_;  // members in which fields of other names stand
};

}  // namespace pawl::input

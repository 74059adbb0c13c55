// Rules for a row as a whole, in any format: its id is sound, it changes something, and fields that require
// or exclude one another are right.
#pragma once

#include "engine/api/field_codec.hpp"
#include "engine/input/field_names.hpp"
#include "engine/model/job.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::input {

// The complaint about a row whose patch is empty.
inline constexpr std::string_view nothing_to_change = "has nothing to change: no field has a value";

// A row that is being read. Reused from row to row.
struct row_draft {
  std::string_view id;
  std::vector<field_value> patch, expect;
  std::vector<complaint> complaints;

  // A row reports at most so many: a row with a thousand bad keys is still one bad row.
  static constexpr std::size_t max_complaints = 20;  // chosen: as many as a message shows at all

  void clear() noexcept;
  void complain(std::uint64_t line, std::string_view column, std::string what);
};

class row_rules {
 public:
  // The names must outlive the rules.
  explicit row_rules(const field_names&);

  // Checks a trimmed id. Empty: it is good; else the text says what is wrong.
  std::string check_id(std::string_view id) const;
  // The same of a trimmed value that stands for an id (source_options::match).
  static std::string check_value(std::string_view value);

  // Checks the patch, which is in field order. Complaints get `line`. A value that clears its field becomes
  // null, as what clears it is null wherever values are compared.
  void check(row_draft&, std::uint64_t line) const;

  bool replay_safe(std::span<const field_value> patch) const noexcept;

 private:
  void put_nulls(std::vector<field_value>&) const;
  struct field_facts {
    bool replay_safe = true;
    bool has_rules = false;  // requirements, or a set verb
    // Members that do something again when they are sent again; null: there are none.
    const std::vector<api::member_spec>* members = nullptr;
    std::optional<api::field_codec> codec{};  // of a field that some value clears
  };
  const api::profile* profile_;
  std::vector<field_facts> facts_;  // by field_index
  bool has_clears_ = false;
};

}  // namespace pawl::input

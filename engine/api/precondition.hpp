// Conditions on the current state of a resource (`--only-if`, `pull --where`), parsed and checked against a
// profile. Plain values; condition_judge tests them against a resource.
//
//   status = open              a field or a readable of the profile; = and != for every scalar
//   pain_level != LOW
//   created_at < 2026-01-01T00:00:00Z       < and > for numbers and timestamps
//   last_inbound_message_at older than 90d  age against now: s, m, h, d, w; null never matches
//   updated_at newer than 15m
//   has tag billing            by name; the list behind the profile's add_names verb
//   tag_ids has tag_42         a list and one of its elements
//   company_id is null, company_id is not null
//
// A value reaches to the end of the text, or stands in double quotes with \" and \\ (`title = "null"`). A
// bare `null` after = or != means `is null` and `is not null`.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::api {

struct precondition {
  enum class test : std::uint8_t {
    equal,
    not_equal,
    less,
    greater,
    older_than,
    newer_than,
    has,       // `path` shows the element
    has_name,  // the element is a name, which resolve_name() must turn into an id first
    is_null,
    is_not_null,
  };

  test is = test::equal;
  std::string field;  // as the profile names it; for has_name the list's field
  json_path path;     // where a reply shows it; never empty
  field_type type = field_type::string;
  comparison compare = comparison::exact;
  std::string json;            // compact JSON of the value; empty with ages and nulls
  std::chrono::seconds age{};  // of older_than and newer_than; over 0

  bool operator==(const precondition&) const = default;
};

// Failures are of kind usage and have no place: the caller knows which flag or file held the text.
expected<precondition> parse_precondition(std::string_view text, const profile&);

// Why a field cannot be written only where the resource has no value; unset: it can. There is no such field,
// it is a set verb, no read shows it, or a write that replaces the resource would erase what it leaves.
std::optional<failure> why_not_filled(const std::string& field, const profile&);

// The condition in the words that parse_precondition() reads, normalised.
std::string to_string(const precondition&);

}  // namespace pawl::api

// Tests conditions against what a resource shows.
#pragma once

#include "engine/api/json_compare.hpp"
#include "engine/api/name_directory.hpp"
#include "engine/api/precondition.hpp"
#include "engine/model/error.hpp"
#include "engine/model/time.hpp"
#include "engine/text/json_locator.hpp"

#include <cstdint>
#include <string>

namespace pawl::api {

enum class condition_state : std::uint8_t {
  holds,
  fails,
  malformed,  // the shown value is of another type than the profile says: the test has no answer
};

// Keeps the memory that comparisons need. One thread at a time.
class condition_judge {
 public:
  // `shown` is what was found at the condition's path. An absent value counts as null, because APIs leave out
  // what is null.
  //
  // equal, not_equal  as the profile compares the field; null equals nothing but null, and is not equal to
  //                   any value
  // less, greater     numbers by exact value, timestamps by moment; null is neither
  // older_than        the moment is before now - age; newer_than: after it. Null is neither, so a thread
  //                   without a message is not a thread whose last message is old
  // has               an element of the list; null and absent lists have none
  // has_name          cannot be judged: resolve_name() must turn it into `has` first (assertion)
  //
  // malformed: a part of the path is broken, or a value is no JSON, or it is no timestamp, number or list
  // where the test needs one.
  condition_state judge(const precondition&, const located& shown, wall_time now);

 private:
  condition_state in_order(const precondition&, std::string_view shown);
  condition_state by_age(const precondition&, std::string_view shown, wall_time now);
  condition_state has(const precondition&, const located& shown);

  json_comparer comparer_;
  std::string scratch_, wanted_;
};

// Turns has_name into `has` with the id; leaves every other condition as it is. A failure (usage) if the name
// is unknown or ambiguous.
expected<precondition> resolve_name(const precondition&, const name_directory&);

}  // namespace pawl::api

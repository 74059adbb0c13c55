// What a resource would show after a write: makes the reply to a read with the written values in their
// places. It serves to judge a row whose id an earlier row will write. Pure.
#pragma once

#include "engine/api/field_places.hpp"
#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

class written_resource {
 public:
  explicit written_resource(const profile&);  // the profile must outlive it

  // Replaces `into` with `body`, where each of these values stands at the place at which the profile says
  // that a reply shows it, in the form of the wire, and `updated_at` (JSON text) at its own; empty: that one
  // stays. A picked element that is not there (`custom_fields[id=7]`) is added.
  // Of a list that a reply shows as objects (`tags[].id`) those stay that are still in it, and the others
  // become objects with that member alone. Fields that no reply shows are left out. 64 spaces follow,
  // simdjson's padding; the result is the size without them, 0 if the body is no JSON object, or has no place
  // for a value.
  //
  // Only the sent fields change: what the API changes along with them (`also_changes`) is not known here.
  std::size_t show(std::string& into, std::string_view body, std::span<const field_value> values,
                   std::string_view updated_at);

 private:
  const profile& api_;
  field_places places_;
  std::vector<field_value> put_;
};

}  // namespace pawl::api

// What a resource would show after a write: the reply to a read with values put in their places. For judging
// a row whose id an earlier row is going to write. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"

#include <span>
#include <string>
#include <string_view>

namespace pawl::api {

// Replaces `into` with `body`, in which each of these values stands where the profile says that a reply shows
// it, and with `updated_at` (JSON text; empty: as it is). Lists that a reply shows as objects (`tags[].id`)
// become objects with that member alone. Values of fields that no reply shows are left out. 64 spaces follow,
// simdjson's padding; the answer is the size without them, 0 where the body is no JSON object.
//
// Only what was sent changes: what else the API changes with it (its `also_changes`) is not known here.
std::size_t show_as_written(std::string& into, std::string_view body, const profile&,
                            std::span<const field_value> values, std::string_view updated_at);

}  // namespace pawl::api

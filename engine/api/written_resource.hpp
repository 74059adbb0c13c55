// What a resource would show after a write: makes the reply to a read with the written values in their
// places. It serves to judge a row whose id an earlier row will write. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"

#include <span>
#include <string>
#include <string_view>

namespace pawl::api {

// Replaces `into` with `body`, the reply to a read, where each of these values stands at the place at which
// the profile says that a reply shows it, and `updated_at` (JSON text) at its own; empty: that one stays.
// Lists that a reply shows as objects (`tags[].id`) become objects with that member alone; a picked element
// that is not there
// (`custom_fields[id=7]`) is added. Fields that no reply shows are left out. 64
// spaces follow, simdjson's padding; the result is the size without them, 0 if the body is no JSON object,
// or has no place for a value.
//
// Only the sent fields change: what the API changes along with them (`also_changes`) is not known here.
std::size_t show_as_written(std::string& into, std::string_view body, const profile&,
                            std::span<const field_value> values, std::string_view updated_at);

}  // namespace pawl::api

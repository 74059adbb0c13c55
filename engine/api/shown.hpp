// What a resource shows of a field: the rules that are the same for the reply to a patch and for a read.
#pragma once

#include "engine/api/json_compare.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/value_locator.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl::api {

// Whether the resource shows what a patch of this field wrote. A set verb is never sent as it stands: its
// target's full set is.
bool is_echoed(const field_spec&);

// A string, or a number with the same text.
bool shows_id(const located&, std::string_view id) noexcept;

// `wanted` is canonical JSON text. What is absent or broken is malformed: both are for the caller to judge.
equality compare_shown(json_comparer&, comparison how, std::string_view wanted, const located& shown);

// Appends the value as JSON text, a walked list as an array. Absent: null. Broken: nothing.
void append_shown(std::string& to, const located&);

// The same for people: printable, at most `max_bytes`.
void append_printable_shown(std::string& to, const located&, std::size_t max_bytes);

}  // namespace pawl::api

// What a resource shows of a field: the rules that are the same for the reply to a patch and for a read.
#pragma once

#include "engine/api/json_compare.hpp"
#include "engine/api/profile.hpp"
#include "engine/text/json_locator.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl::api {

// Whether the resource shows what a patch of this field wrote. A set verb is never sent as it stands: its
// target's full set is.
bool is_echoed(const field_spec&);

// A string, or a number with the same text; where the profile says so, letters of ASCII in either case.
bool shows_id(const located&, std::string_view id, const reply_shape&);

// Two spellings of one id, most likely: they differ in the case of letters, or in what stands around and
// between letters and digits ("{A0EE-11}" and "a0ee11").
bool spells_alike(std::string_view a, std::string_view b) noexcept;

// `wanted` is compact JSON. What is absent or broken is malformed: both are for the caller to judge.
equality compare_shown(json_comparer&, comparison how, std::string_view wanted, const located& shown);

// Whether what stands there is sound JSON, whatever its shape. False: the reply is garbled, and another may
// not be.
bool is_sound(const located&);

// Appends the value as JSON text, a walked list as an array. Absent: null. Broken: nothing.
void append_shown(std::string& to, const located&);

// The same for people: printable, at most `max_bytes`.
void append_printable_shown(std::string& to, const located&, std::size_t max_bytes);

}  // namespace pawl::api

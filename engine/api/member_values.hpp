// What a write of some members of an object (comparison::members) overwrites, what several such writes come
// to, and what of one a later one takes back. The texts are JSON; null stands for a member that is missing,
// as in merges (RFC 7396). Pure.
#pragma once

#include "engine/api/json_compare.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::api {

// Appends the part of `shown` that a write of `wanted` may change: of an object the members that `wanted`
// names, at every depth, null for one that is missing; all of `shown` where one of the two is no object. A
// later merge of this part takes the write back.
void append_part(std::string& to, std::string_view wanted, std::string_view shown);

// Appends `base` with the members of `top` put over its own, at every depth; `top` where one of the two is no
// object. Unlike a merge it keeps members that are null.
void append_put_over(std::string& to, std::string_view base, std::string_view top);

// Appends the members of `left` that `shown` has with a value which neither `left` nor any of `before` has:
// at every depth what somebody else has set since `left` was written. Nothing, where there is none. Values
// are compared exactly.
void append_edits(std::string& to, json_comparer&, std::string_view shown, std::string_view left,
                  const std::array<std::string_view, 2>& before);

// How much of one write another one overwrites.
enum class overlap : std::uint8_t { none, part, all };

// Tells how much of a write of `wanted` a later write of `later` overwrites: the members that both name, at
// every depth; everything where one of the two is no object. With `part` it appends an object that names what
// is overwritten, each such member as null.
overlap append_overlap(std::string& to, std::string_view wanted, std::string_view later);

// Appends `wanted` without what `part` names, in the form that append_overlap() gives it. False: nothing is
// left.
bool append_without(std::string& to, std::string_view wanted, std::string_view part);

}  // namespace pawl::api

// What a write of some members of an object (comparison::members) overwrites, and what several such writes
// come to. The texts are JSON; null stands for a member that is missing, as in merges (RFC 7396). Pure.
#pragma once

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

}  // namespace pawl::api

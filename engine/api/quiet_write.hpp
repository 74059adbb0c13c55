// Writes of which the API tells nobody: what a profile's [quiet] adds to each of them. Pure.
#pragma once

#include "engine/api/profile.hpp"

#include <string>

namespace pawl::api {

// Whether the profile says how a write is sent quietly.
bool can_write_quietly(const profile&) noexcept;
// Whether [quiet] can be put into the body of a write: both are objects, or the body is what is sent itself.
bool has_room_for_quiet(const profile&) noexcept;

// Puts [quiet] into the profile's writes: in the place of parameters, headers and members at the top of the
// body that have the same name, else beside the others. The profile has room for it. What makes a request for
// several rows quiet no profile says, so rows are written one by one.
void write_quietly(profile&);

// What is put there, for people: "notifyUsers=false"; empty: nothing.
std::string quiet_in_words(const profile&);

}  // namespace pawl::api

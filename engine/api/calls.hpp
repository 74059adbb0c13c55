// The requests that a profile makes of one resource and of the key, for who sends them now and then:
// request_writer has a compiled form for those of each job.
#pragma once

#include "engine/api/profile.hpp"

#include <string_view>

namespace pawl::api {

// Stands for the id in a resource path.
inline constexpr std::string_view id_mark = "{id}";

// The profile's [read], with the path of its [resource] if it has none of its own.
request_spec read_request(const profile&);

// The read of a resource: a GET of "/threads/thr_1", or what the profile's [read] makes of it.
call resource_call(const profile&, std::string_view id);

// The question whose the key is; empty: the profile has no [whoami].
call whoami_call(const profile&);

}  // namespace pawl::api

// Checks the paths of a profile together: whether each can be read at all, and whether every hole of a
// request is filled. Called once, when the rest of the profile is known.
#pragma once

#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"

namespace pawl::config {

// Complaints, each at the line of its key:
// - `{...}` in a request's path that nothing fills: the only hole is {id}, in resource.path
// - a path that walks a list (`[]`) where one value is needed, such as error.code or resource.id
// - a path into the resource that begins at an array: the resource is an object
// - two paths of one document that cannot both be read: one goes into a list where the other enters an
// object,
//   or one is a single value and the other lies inside of it
void check_paths(table_reader& root, const api::profile&, const api::reading_spec&);

}  // namespace pawl::config

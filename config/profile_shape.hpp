// What of a profile shapes its requests and what is read of replies, as a digest: a run goes on only under
// the profile that it was begun with.
#pragma once

#include "config/document.hpp"
#include "engine/api/profile.hpp"

#include <string>

namespace pawl::config {

// SHA-256 in hexadecimal. Form and order of the file do not count, nor do keys that say how fast, with which
// key or in which words something is done.
std::string profile_shape(const toml_table& root, const api::profile&);

}  // namespace pawl::config

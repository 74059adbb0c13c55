// The user and the host that this process runs as, as their system calls them.
#pragma once

#include "engine/model/whoever.hpp"

namespace pawl {

// A user without an entry (in a container, say) is its number.
whoever who_runs();

}  // namespace pawl

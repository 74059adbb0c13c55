// Reads Link headers (RFC 8288). Pure.
#pragma once

#include "engine/model/attempt.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace pawl::api {

// The targets of all links with the relation "next", in all Link headers, each once: as they stand between <
// and >. Links about another resource than the reply (`anchor`) do not count. Views into the headers.
std::vector<std::string_view> next_links(std::span<const header_field>);

}  // namespace pawl::api

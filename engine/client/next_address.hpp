// Follows the address that a page of a list gives for the next one. Pure.
#pragma once

#include "engine/http/endpoint.hpp"
#include "engine/model/error.hpp"

#include <string>
#include <string_view>

namespace pawl::client {

// Whether a text is a whole address (`https://...`) and no cursor.
bool is_address(std::string_view) noexcept;

// The path and query below the base URL that a reference means: a whole address, "/api/v2/items?page=2" or
// "?page=2" (RFC 3986 section 4.2; others are refused). `list_path` is the path of the list, below the base
// URL. The key goes with the request, so the address must be that of the API: the same scheme, host and port,
// and a path below that of the base URL. Failures are of kind mend and name no place.
expected<std::string> path_of_next(const http::endpoint& api, std::string_view list_path,
                                   std::string_view reference);

}  // namespace pawl::client

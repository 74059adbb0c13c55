// Asks the API which resource has a value.
#pragma once

#include "engine/api/matching.hpp"
#include "engine/client/read_client.hpp"
#include "engine/model/error.hpp"
#include "engine/model/matched_value.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace pawl::client {

// Follows pages to the end of the list, or until two resources have the value. A value that is not of the
// field's type is that of no resource, and nothing is asked. Failures: those of read_client::get() and of
// lister::next(); of kind mend also an item without an id, or with one that no row may have. The client and
// the way must outlive the call.
boost::asio::awaitable<expected<matched_value>> look_up(read_client&, const api::match_way&,
                                                        std::string value);

}  // namespace pawl::client

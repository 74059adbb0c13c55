// Reads the names of tags and their ids, completely, before anything depends on them.
#pragma once

#include "engine/api/name_directory.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/client/read_client.hpp"
#include "engine/model/error.hpp"

#include <boost/asio/awaitable.hpp>

namespace pawl::client {

// Reads all pages of the profile's list of names. Failures are those of read_client::get(); for a key that
// may not list names they have the API's own words. Both arguments must outlive the call.
boost::asio::awaitable<expected<api::name_directory>> fetch_names(read_client&, const api::list_spec&);

}  // namespace pawl::client

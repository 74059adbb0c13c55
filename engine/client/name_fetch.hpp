// The names of tags with their ids, read whole before anything depends on them.
#pragma once

#include "engine/api/name_directory.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/client/read_client.hpp"
#include "engine/model/error.hpp"

#include <boost/asio/awaitable.hpp>

namespace pawl::client {

// All pages of the profile's list of names. Failures as read_client::get; a key that may not list them shows
// as the API's own words. Both outlive the call.
boost::asio::awaitable<expected<api::name_directory>> fetch_names(read_client&, const api::list_spec&);

}  // namespace pawl::client

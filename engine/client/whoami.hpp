// Asks who the key belongs to: the first network step of every command that sends.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/model/error.hpp"
#include "engine/model/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace pawl::client {

class read_client;

struct account_info {
  std::string account;
  std::vector<std::string> scopes;  // empty: the API does not tell
  duration latency{};               // of the reply; zero: nothing was asked
  bool is_refused = false;          // the API does not know the key that was tried
};

// Sends one GET of the profile's whoami. If the API has no whoami, nothing is sent and the account is empty.
// All arguments must outlive the call. By default with the key in use, which is bound to that account from
// then on; with `by` another key is tried.
boost::asio::awaitable<expected<account_info>> ask_whoami(read_client&, const api::profile&,
                                                          api::reply_reader&,
                                                          const api::request_writer* by = nullptr);

}  // namespace pawl::client

// Reads several resources with one request, where the profile says how ([read_many]), for who reads them one
// after the other. Network thread only.
#pragma once

#include "engine/api/batch_reply.hpp"
#include "engine/api/profile.hpp"
#include "engine/client/read_client.hpp"
#include "engine/model/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace pawl::client {

class several_reader {
 public:
  // Both outlive it. The profile has a [read_many].
  several_reader(read_client& client, const api::profile& profile)
      : client_(client), profile_(profile), replies_(profile, profile.read_many) {}

  // Resources in one request, at most.
  std::size_t most() const noexcept { return profile_.read_many.size; }

  // For each id, in their order, the reply that a read of it alone would have brought; unset: it has to be
  // read alone, because the reply does not show it, or because the API refused the request. No id may be
  // there twice. Failures are those of read_client::get(), but for a request that the API refused.
  boost::asio::awaitable<expected<std::vector<std::optional<read_reply>>>> read(
      std::vector<std::string_view> ids);

 private:
  read_client& client_;
  const api::profile& profile_;
  api::batch_reply_reader replies_;
};

}  // namespace pawl::client

#include "engine/client/whoami.hpp"

#include "engine/api/calls.hpp"
#include "engine/client/read_client.hpp"

#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

asio::awaitable<expected<account_info>> ask_whoami(read_client& client, const api::profile& profile,
                                                   api::reply_reader& reader, const api::request_writer* by) {
  if (profile.whoami.path.empty()) co_return account_info{};
  api::identity_report who;
  read_terms terms;
  terms.is_readable = [&who, &reader](const read_reply& reply) {
    who = reader.read_identity(reply.body());
    return who.readable;
  };
  terms.unreadable = "the reply does not say whose key this is";
  terms.unreadable_remedy = "check api.base_url and the profile's whoami";
  terms.by = by;
  const auto question = api::whoami_call(profile);
  auto reply = co_await client.get(question, terms);
  if (!reply) {
    auto why = std::move(reply.error());
    if (why.remedy.empty()) why.remedy = terms.unreadable_remedy;
    co_return why;
  }
  account_info info;
  info.latency = reply->latency;
  info.is_refused = reply->http_status == 401;
  if (info.is_refused) co_return info;
  info.account = std::move(who.account);
  info.scopes = std::move(who.scopes);
  if (by == nullptr) client.bind(info.account);
  co_return info;
}

}  // namespace pawl::client

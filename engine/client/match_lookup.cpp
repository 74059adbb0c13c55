#include "engine/client/match_lookup.hpp"

#include "engine/api/resource_root.hpp"
#include "engine/client/lister.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

namespace {

failure cannot_be_read(const api::match_way& way, std::string_view what) {
  return {failure_kind::mend, "[match." + way.field + "]", fmt::format("what the API answers {}", what),
          "check in the profile where such a reply shows the resource, its id and " + way.field};
}

// Takes what shows a resource. A failure ends the search.
status take(api::match_hits& hits, const api::match_way& way, std::string_view resource) {
  switch (hits.see(resource)) {
    case api::match_hits::seen::fits:
    case api::match_hits::seen::other:
      return {};
    case api::match_hits::seen::no_id:
      return cannot_be_read(way, "shows no id of a resource");
    case api::match_hits::seen::unreadable:
      break;
  }
  return cannot_be_read(way, "is no JSON object");
}

asio::awaitable<status> look_at_one(read_client& client, const api::match_way& way,
                                    const api::match_request& request, api::match_hits& hits) {
  read_terms terms;
  terms.refusals_are_answers = true;
  auto reply = co_await client.get(request.single, terms);
  if (!reply) co_return std::move(reply.error());
  if (reply->is == api::verdict::ok) {
    auto resource = reply->body();
    api::resource_root root(way.root);
    if (root.take(resource) != api::resource_root::found::there)
      co_return cannot_be_read(way, "shows no resource at " + root.in_words());
    co_return take(hits, way, resource);
  }
  constexpr int nothing_there = 404;
  if (reply->http_status == nothing_there) co_return status{};
  co_return failure{failure_kind::mend, request.single.target, reply->in_words(),
                    "check [match." + way.field + "] of the profile, and the value"};
}

asio::awaitable<status> look_at_pages(read_client& client, const api::match_way& way,
                                      const api::match_request& request, api::match_hits& hits) {
  lister pages(client, request.list, request.filters);
  while (hits.ids().size() < matched_value::most_ids) {
    auto page = co_await pages.next();
    if (!page) co_return std::move(page.error());
    if (*page == nullptr) break;
    for (const auto item : (*page)->items)
      if (auto taken = take(hits, way, item); !taken) co_return taken;
  }
  co_return status{};
}

}  // namespace

asio::awaitable<expected<matched_value>> look_up(read_client& client, const api::match_way& way,
                                                 std::string value) {
  matched_value found;
  found.value = std::move(value);
  auto json = api::as_json(way, found.value);
  if (!json) co_return found;
  const auto asked = api::asked_names(client.profile());
  const auto request = api::request_for(way, *json, asked);
  api::match_hits hits(way);
  hits.begin(*std::move(json));
  status looked;
  if (request.is_single)
    looked = co_await look_at_one(client, way, request, hits);
  else
    looked = co_await look_at_pages(client, way, request, hits);
  if (!looked) co_return std::move(looked.error());
  found.ids = hits.ids();
  co_return found;
}

}  // namespace pawl::client

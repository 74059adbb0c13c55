#include "engine/client/read_several.hpp"

#include "engine/api/batch_requests.hpp"

#include <string>
#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

asio::awaitable<expected<std::vector<std::optional<read_reply>>>> several_reader::read(
    std::vector<std::string_view> ids) {
  std::vector<std::optional<read_reply>> alone(ids.size());
  const auto what = api::read_many_call(profile_, ids);
  read_terms terms;
  terms.refusals_are_answers = true;
  terms.gives_up_alone = true;
  auto reply = co_await client_.get(what, terms);
  if (!reply) co_return std::move(reply.error());
  std::vector<api::batch_answer> answers;
  if (reply->is != api::verdict::ok || reply->foreign || !replies_.read(reply->body(), ids, answers))
    co_return alone;
  std::string body;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (answers[i].is != api::batch_answer::said::item) continue;
    body.clear();
    if (!api::append_as_single_reply(body, profile_.reply.read_root, answers[i].text)) continue;
    attempt_fact fact;
    fact.reached = phase::answered;
    fact.status = reply->http_status;
    fact.headers = reply->headers();
    fact.body = body;
    auto& made = alone[i].emplace(fact);
    made.is = api::verdict::ok;
    made.request_id = reply->request_id;
    made.sent = reply->sent;
    made.latency = reply->latency;
    made.received = reply->received;
  }
  co_return alone;
}

}  // namespace pawl::client

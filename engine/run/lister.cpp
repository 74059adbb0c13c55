#include "engine/run/lister.hpp"

#include <utility>

namespace pawl::run {
namespace asio = boost::asio;

asio::awaitable<expected<const api::page*>> lister::next() {
  const api::page* none = nullptr;
  if (is_done_) co_return none;
  path_ = pages_ == 0 ? api::first_page(list_, filters_) : api::next_page(list_, page_.cursor);
  const auto before = page_.cursor;
  read_terms terms;
  terms.is_readable = [this](const read_reply& reply) { return reader_.read(reply.body(), page_); };
  terms.unreadable = "the reply is not a page of the list as the profile describes it";
  terms.unreadable_remedy = "check api.base_url and the profile's description of the list";
  auto reply = co_await client_.get(path_, terms);
  if (!reply) co_return std::move(reply.error());
  reply_ = *std::move(reply);
  ++pages_;
  is_done_ = page_.is_last;
  if (!is_done_ && pages_ > 1 && page_.cursor == before)
    co_return failure{failure_kind::mend, list_.path, "the list names the same page as the next one again",
                      "this would never end: check the profile's cursor and cursor_parameter"};
  const api::page* page = &page_;
  co_return page;
}

}  // namespace pawl::run

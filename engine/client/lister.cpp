#include "engine/client/lister.hpp"

#include <fmt/format.h>

#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

asio::awaitable<expected<const api::page*>> lister::next() {
  const api::page* none = nullptr;
  if (is_done_) co_return none;
  path_ = pages_ == 0 ? api::first_page(list_, filters_) : api::next_page(list_, page_.cursor);
  const auto before = page_.cursor;
  read_terms terms;
  terms.is_readable = [this](const read_reply& reply) {
    return reader_.read(reply.body(), reply.headers(), page_);
  };
  terms.unreadable = "the reply is not a page of the list as the profile describes it";
  terms.unreadable_remedy = "check api.base_url and the profile's description of the list";
  const api::call question{path_};
  auto reply = co_await client_.get(question, terms);
  if (!reply) co_return std::move(reply.error());
  reply_ = *std::move(reply);
  ++pages_;
  is_done_ = page_.is_last;
  if (auto bad = incomplete()) co_return *std::move(bad);
  if (is_done_) co_return &page_;
  if (pages_ > 1 && page_.cursor == before)
    co_return failure{failure_kind::mend, list_.path, "the list names the same page as the next one again",
                      "this would never end: check the profile's cursor and cursor_parameter"};
  for (const auto item : page_.items)
    if (const auto id = ids_.read(item)) progress_.see(*id);
  if (!progress_.end_page())
    co_return failure{
        failure_kind::mend, list_.path,
        fmt::format("the list goes on, and {} pages in a row brought no item that was not there "
                    "before",
                    api::list_progress::most_barren),
        "this would never end: check the profile's cursor, cursor_parameter and id"};
  co_return &page_;
}

// The failure of a last page that may not be the end of the list.
std::optional<failure> lister::incomplete() const {
  if (!page_.cut_off.empty())
    return failure{failure_kind::mend, list_.path, page_.cut_off, std::string{page_.remedy}};
  return std::nullopt;
}

}  // namespace pawl::client

#include "engine/client/lister.hpp"

#include "engine/client/next_address.hpp"

#include <fmt/format.h>

#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

asio::awaitable<expected<const api::page*>> lister::next() {
  const api::page* none = nullptr;
  if (is_done_) co_return none;
  const auto before = page_.next.cursor;
  request_ = api::page_request(list_, filters_, page_.next, api::asked_names(client_.profile()));
  read_terms terms;
  terms.is_readable = [this](const read_reply& reply) {
    return reader_.read(reply.body(), reply.headers(), page_);
  };
  terms.unreadable = "the reply is not a page of the list as the profile describes it";
  terms.unreadable_remedy = "check api.base_url and the profile's description of the list";
  auto reply = co_await client_.get(request_, terms);
  if (!reply) co_return std::move(reply.error());
  reply_ = *std::move(reply);
  ++pages_;
  is_done_ = page_.is_last;
  if (auto bad = incomplete()) co_return *std::move(bad);
  if (auto bad = check_progress()) co_return *std::move(bad);
  if (is_done_) co_return &page_;
  if (pages_ > 1 && !before.empty() && page_.next.cursor == before)
    co_return failure{failure_kind::mend, list_.path, "the list names the same page as the next one again",
                      "this would never end: check the profile's cursor, and the parameter that takes it"};
  if (auto bad = find_address()) co_return *std::move(bad);
  co_return &page_;
}

// Whether a list that goes on brings anything new. The last of several pages that are asked for by number
// must do so too: only their count says that they are all.
std::optional<failure> lister::check_progress() {
  const bool counts = list_.counts();
  if (is_done_ && !counts) return std::nullopt;
  for (const auto item : page_.items)
    if (const auto id = ids_.read(item)) progress_.see(*id);
  if (progress_.end_page()) return std::nullopt;
  if (!counts)
    return failure{
        failure_kind::mend, list_.path,
        fmt::format("the list goes on, and {} pages in a row brought no item that was not there "
                    "before",
                    api::list_progress::most_barren),
        "this would never end: check the profile's cursor and id, and the parameter that takes the "
        "cursor"};
  if (pages_ == 1 || page_.items.empty()) return std::nullopt;
  return failure{failure_kind::mend, list_.path,
                 fmt::format("page {} of the list brought no item that was not there before", pages_),
                 "check the name of the parameter with {page} or {offset}, which the API seems not to read"};
}

// The failure of a last page that may not be the end of the list.
std::optional<failure> lister::incomplete() const {
  if (!page_.cut_off.empty())
    return failure{page_.has_moved ? failure_kind::later : failure_kind::mend, list_.path, page_.cut_off,
                   std::string{page_.remedy}};
  return std::nullopt;
}

// Where the page names the next one by its address: finds the path, or says why it is not followed.
std::optional<failure> lister::find_address() {
  const bool takes_cursor = !list_.link && has_hole(list_.request, api::hole::cursor);
  if (!list_.names_next() || (takes_cursor && !is_address(page_.next.cursor))) return std::nullopt;
  auto path = path_of_next(client_.target(), list_.path, page_.next.cursor);
  if (!path) {
    path.error().place = list_.path;
    return std::move(path.error());
  }
  page_.next.address = *std::move(path);
  return std::nullopt;
}

}  // namespace pawl::client

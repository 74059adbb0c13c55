// Reads the pages of a list, one read each.
#pragma once

#include "engine/api/list_progress.hpp"
#include "engine/api/page_reader.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/client/read_client.hpp"
#include "engine/model/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::client {

// A list is no snapshot. If its cursor holds the sort key (the time of creation, for example), a write makes
// no item that existed at the start disappear or come twice; an item created meanwhile may be missing, and
// each item is as old as its page. With other cursors an item may come twice, so callers remember the ids
// that they have seen.
class lister {
 public:
  // All must outlive it. `filters` come from api::server_filters().
  lister(read_client& client, const api::list_spec& list, std::string filters)
      : client_(client),
        list_(list),
        reader_(list),
        ids_(list.id),
        progress_(progress_of(list)),
        filters_(std::move(filters)) {}

  // The next page, or null after the last one; the page is valid until the next call. A page that is not what
  // the profile promises is asked for again, as often as retry.max_attempts says. Failures are those of
  // read_client::get(), and of kind mend: the page is full, or says that there is more, but names no next
  // page (so the pages before are not the whole list); or it names one at another address than the API, where
  // the key does not belong; or the list goes on without bringing anything new. Of kind later: the list
  // became shorter while it was read.
  boost::asio::awaitable<expected<const api::page*>> next();

  std::uint64_t pages() const noexcept { return pages_; }
  // When the page was asked for; what it shows is not older.
  time_point page_sent() const noexcept { return reply_.sent; }

 private:
  std::optional<failure> incomplete() const;
  std::optional<failure> find_address();
  std::optional<failure> check_progress();
  static api::list_progress progress_of(const api::list_spec& list) {
    return api::list_progress{list.counts() ? api::list_progress::most_barren_by_number
                                            : api::list_progress::most_barren};
  }

  read_client& client_;
  const api::list_spec& list_;
  api::page_reader reader_;
  api::item_ids ids_;
  api::list_progress progress_;
  std::string filters_;
  api::call request_;  // of the page that is asked for
  read_reply reply_;   // the page's views point into it
  api::page page_;
  std::uint64_t pages_ = 0;
  bool is_done_ = false;
};

}  // namespace pawl::client

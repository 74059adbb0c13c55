// The pages of a list: what one holds, and where the next one stands. Pure.
#pragma once

#include "engine/api/list_request.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/model/attempt.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_path.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

struct page {
  std::vector<std::string_view> items;  // JSON texts; views into the body
  page_place next;                      // of the next page; an address stands as it is in `cursor`
  bool is_last = true;
  // Why there is, or may be, more that cannot be asked for, so that the whole list is not known; empty:
  // nothing says so. Text for people, as is the remedy.
  std::string cut_off;
  std::string_view remedy;
  bool has_moved = false;  // with cut_off: the list has changed while it was read; another time it may not
  // Neither the page nor the profile says whether this only page is the whole list.
  bool says_nothing = false;
};

// Finds the id in each item of a list.
class item_ids {
 public:
  explicit item_ids(const json_path& id) : at_(std::span{&id, 1}) {}

  // The id as text; nullopt: the item is not readable, or shows no text and no number there. json_padding
  // readable bytes must follow the item. The view is valid until the next call, and as long as the item.
  std::optional<std::string_view> read(std::string_view item);

 private:
  json_parser parser_;
  json_locator at_;
  std::string text_;
};

class page_reader {
 public:
  explicit page_reader(const list_spec&);  // the spec must outlive it

  // `body` must be followed by json_padding readable bytes. False: the body is not JSON, has no array where
  // the items belong, or has no value where the profile promises one (`more`, `cursor`).
  //
  // A page is cut off where it says that there is more but not where, and where it is full and names no next
  // page: the profile has no cursor, or the first page has not the cursor's member. (Once a page has shown
  // that member, a later page without it ends the list: APIs do so.) Where no next page is named, other words
  // of the page about the list count too (list_extent.hpp).
  //
  // Pages that are asked for by number end where `total` items have come, or `more` is false. Without both
  // they end with an empty page, or with one shorter than `limit` once a page of `limit` items has shown that
  // the API grants so many: it may grant less, and then each page is shorter. A total that shrinks while the
  // list is read moves items to pages that have been read before, so the page is cut off.
  bool read(std::string_view body, std::span<const header_field> headers, page& into);

 private:
  struct way_on {
    bool is_shown = false;  // be it null
    std::string text;       // empty: there is none
  };
  bool read_cursor(std::span<const header_field>, way_on&, page&) const;
  bool read_more(std::optional<bool>&) const;
  bool follow_cursor(std::string_view body, std::span<const header_field>, page&);
  bool count_on(std::string_view body, std::span<const header_field>, page&);
  void doubt(std::string_view body, std::span<const header_field> headers, std::uint64_t before,
             page& into) const;

  const list_spec& list_;
  const bool counts_;
  bool shown_cursor_ = false;  // a page before had the cursor's member, be it null
  // With pages that are asked for by number:
  std::uint64_t pages_ = 0, items_ = 0;  // read so far
  bool granted_ = false;                 // a page had as many items as asked for
  std::optional<std::uint64_t> total_;   // that the last page has named
  json_parser parser_;
  json_locator at_;
  std::vector<std::uint32_t> wanted_;
};

}  // namespace pawl::api

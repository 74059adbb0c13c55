// The pages of a list: how to ask for one, and what it holds. Pure.
#pragma once

#include "engine/api/precondition.hpp"
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

// The conditions that the API can test by itself, encoded, each parameter once: "status=open&tag_id=tag_1".
// They only save pages: the caller tests every condition against each item that comes back.
std::string server_filters(const list_spec&, const profile&, std::span<const precondition>);

// The path and query of the first page, and of the page at `cursor`. Only the first one has the filters: the
// API's cursor carries them. If it does not, more items come, and the caller sorts them out.
std::string first_page(const list_spec&, std::string_view filters);
std::string next_page(const list_spec&, std::string_view cursor);

struct page {
  std::vector<std::string_view> items;  // JSON texts; views into the body
  std::string cursor;                   // of the next page
  bool is_last = true;
  // Why there is, or may be, more that cannot be asked for, so that the whole list is not known; empty:
  // nothing says so. Text for people, as is the remedy.
  std::string cut_off;
  std::string_view remedy;
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
  bool read(std::string_view body, std::span<const header_field> headers, page& into);

 private:
  void doubt(std::string_view body, std::span<const header_field> headers, page& into) const;

  const list_spec& list_;
  bool shown_cursor_ = false;  // a page before had the cursor's member, be it null
  json_parser parser_;
  json_locator at_;
  std::vector<std::uint32_t> wanted_;
};

}  // namespace pawl::api

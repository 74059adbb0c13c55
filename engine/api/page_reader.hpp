// Pages of a list: what to ask for, and what a page holds. Pure.
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

// "status=open&tag_id=tag_1", encoded: the conditions that the API can test for itself, each parameter once.
// An optimisation: whoever lists holds every condition against what comes back.
std::string server_filters(const list_spec&, const profile&, std::span<const precondition>);

// The path and query of the first page, and of the one at `cursor`. Filters stand in the first one only: the
// cursor carries them, and without them more would come, which the caller sorts out.
std::string first_page(const list_spec&, std::string_view filters);
std::string next_page(const list_spec&, std::string_view cursor);

struct page {
  std::vector<std::string_view> items;  // JSON texts; views into the body
  std::string cursor;                   // of the next page
  bool is_last = true;
  // Why there is, or may be, more that nobody can ask for: the whole list is then not known. Empty: there is
  // nothing of the kind. With the remedy, both for people.
  std::string cut_off;
  std::string_view remedy;
  // Neither the page nor the profile tells whether the only page is the whole list.
  bool says_nothing = false;
};

// Where the items of a list show their ids.
class item_ids {
 public:
  explicit item_ids(const json_path& id) : at_(std::span{&id, 1}) {}

  // As text; nullopt: not readable, or no text and no number there. 64 readable bytes follow the item. The
  // view is valid until the next call, and as long as the item.
  std::optional<std::string_view> read(std::string_view item);

 private:
  json_parser parser_;
  json_locator at_;
  std::string text_;
};

class page_reader {
 public:
  explicit page_reader(const list_spec&);  // must outlive it

  // `body` must be followed by 64 readable bytes. False: not JSON, no array where the items belong, or no
  // answer where the profile says that one stands.
  //
  // A page is cut off where it says that there is more and not where, and where it is as full as can be and
  // shows no way on: a profile without a cursor, or a first page without its member. (Later pages without it
  // are an API's way to end the list, once it has shown that it knows the member.) Where no way on is known,
  // what the page says of itself in other words counts too (list_extent.hpp).
  bool read(std::string_view body, std::span<const header_field> headers, page& into);

 private:
  void doubt(std::string_view body, std::span<const header_field> headers, page& into) const;

  const list_spec& list_;
  bool shown_cursor_ = false;  // by a page before, be it null
  json_parser parser_;
  json_locator at_;
  std::vector<std::uint32_t> wanted_;
};

}  // namespace pawl::api

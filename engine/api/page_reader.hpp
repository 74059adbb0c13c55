// Pages of a list: what to ask for, and what a page holds. Pure.
#pragma once

#include "engine/api/precondition.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/api/value_locator.hpp"

#include <cstdint>
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
};

class page_reader {
 public:
  explicit page_reader(const list_spec&);  // must outlive it

  // `body` must be followed by 64 readable bytes. False: not JSON, no array where the items belong, or it
  // says that there is more and not where.
  bool read(std::string_view body, page& into);

 private:
  const list_spec& list_;
  json_parser parser_;
  value_locator at_;
  std::vector<std::uint32_t> wanted_;
};

}  // namespace pawl::api

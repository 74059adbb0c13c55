// The requests for the pages of a list. Pure.
#pragma once

#include "engine/api/precondition.hpp"
#include "engine/api/reading_spec.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::api {

// Where a page stands in its list: what fills {cursor}, {page} and {offset}.
struct page_place {
  std::string cursor{};      // empty: the first page; no request has it then
  std::uint64_t page = 1;    // from 1 on
  std::uint64_t offset = 0;  // items before it
  std::string address{};     // path and query below the base URL that the page before named; empty: none
};

// A parameter, or a member of the body, whose hole has no value is left out. `filters` come from
// server_filters(). They are asked for with the first page, and with those that are asked for by number: a
// cursor and an address carry them. If they do not, more items come, and the caller sorts them out.
// `asked` fills {asked}.
call page_request(const list_spec&, std::string_view filters, const page_place&,
                  std::span<const std::string> asked = {});

// The conditions that the API can test by itself, encoded, each parameter once: "status=open&tag_id=tag_1".
// They only save pages: the caller tests every condition against each item that comes back.
std::string server_filters(const list_spec&, const profile&, std::span<const precondition>);

}  // namespace pawl::api

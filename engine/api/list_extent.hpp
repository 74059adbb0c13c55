// What a page says of the whole list, in the words that APIs use for it: for lists of which the profile does
// not say how they go on, so that nobody takes the first page for all there is. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/attempt.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pawl::api {

struct list_extent {
  enum class kind {
    unknown,  // it says nothing of the kind
    whole,    // it says that this is all: a total that is reached, a flag, a next page that is null
    full,     // it is as full as it says that a page can be
    more,     // it says that there is more
  };
  kind is = kind::unknown;
  std::string why;  // in words, of full and more: `says "total": 295`

  // The word of `other` counts where it says more.
  void join(list_extent&& other);
};

// Of a page with `count` items behind `items` in `body`, which is JSON. Looked at are the members beside the
// items, and those of the objects that usually speak of pages (page, paging, meta, links, ...).
list_extent extent_in_body(std::string_view body, const json_path& items, std::size_t count);

// Of its headers: Link, Content-Range and the usual X-Total-Count and its like.
list_extent extent_in_headers(std::span<const header_field>, std::size_t count);

// Whether a Link header (RFC 8288) has a link with the relation "next".
bool names_next_page(std::string_view link_header);

// Whether it is a number that people choose for the size of a page, so that a list of just as many items may
// well go on: from 10 on, in steps of five, and the powers of two.
bool may_be_page_size(std::size_t count) noexcept;

}  // namespace pawl::api

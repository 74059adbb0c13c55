// Reads what a page says of the length of the whole list, in the words that APIs usually use. It serves lists
// of which the profile does not say how they go on, so that a first page is not taken for the whole list.
// Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/attempt.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pawl::api {

struct list_extent {
  enum class kind {
    unknown,  // the page says nothing of it
    whole,    // the page says that this is all: a total that is reached, a flag, a next page that is null
    full,     // the page is as full as it says that a page can be
    more,     // the page says that there is more
  };
  kind is = kind::unknown;
  std::string why;  // for people, with full and more: `says "total": 295`

  // Takes over what `other` says if that is stronger: more over whole, whole over full, full over unknown.
  void join(list_extent&& other);
};

// Reads a page with `count` items at `items` in `body`, which is JSON. Looks at the members beside the items,
// and at those of the objects that usually describe pages (page, paging, meta, links, ...). `before`: items
// of the pages before it, where pages are asked for by number.
list_extent extent_in_body(std::string_view body, const json_path& items, std::size_t count,
                           std::uint64_t before = 0);

// Reads the headers of a page: Link, Content-Range, X-Total-Count and similar ones.
list_extent extent_in_headers(std::span<const header_field>, std::size_t count, std::uint64_t before = 0);

// Whether `count` is a number that people choose as the size of a page (multiples of five from 10 on, powers
// of two): a list with exactly so many items may well go on.
bool may_be_page_size(std::size_t count) noexcept;

}  // namespace pawl::api

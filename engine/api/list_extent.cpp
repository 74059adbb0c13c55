#include "engine/api/list_extent.hpp"

#include "engine/api/link_header.hpp"
#include "engine/text/ascii.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <utility>

namespace pawl::api {
namespace {

using known_words = std::span<const std::string_view>;

constexpr unsigned most_levels = 3;  // chosen: `data.page.info`

using extent = list_extent::kind;

// The following names are in the form that plain_name() makes.
constexpr std::array more_flags{std::string_view{"hasmore"},          std::string_view{"more"},
                                std::string_view{"hasnext"},          std::string_view{"hasnextpage"},
                                std::string_view{"hasmoreitems"},     std::string_view{"hasmoreresults"},
                                std::string_view{"hasmorepages"},     std::string_view{"moreavailable"},
                                std::string_view{"moreresults"},      std::string_view{"truncated"},
                                std::string_view{"istruncated"},      std::string_view{"incomplete"},
                                std::string_view{"incompleteresults"}};
constexpr std::array end_flags{std::string_view{"last"},     std::string_view{"islast"},
                               std::string_view{"lastpage"}, std::string_view{"islastpage"},
                               std::string_view{"isend"},    std::string_view{"done"},
                               std::string_view{"complete"}, std::string_view{"iscomplete"}};
constexpr std::array ways_on{std::string_view{"next"},           std::string_view{"nextpage"},
                             std::string_view{"nextcursor"},     std::string_view{"nextlink"},
                             std::string_view{"odatanextlink"},  std::string_view{"nexturl"},
                             std::string_view{"nexturi"},        std::string_view{"nextpageurl"},
                             std::string_view{"nextpagelink"},   std::string_view{"nextpagetoken"},
                             std::string_view{"nexttoken"},      std::string_view{"nextoffset"},
                             std::string_view{"nextpagenumber"}, std::string_view{"continuationtoken"},
                             std::string_view{"continuation"}};
// A position in the list; some APIs still give one on the last page.
constexpr std::array places{std::string_view{"cursor"}, std::string_view{"offset"}};
constexpr std::array totals{
    std::string_view{"total"},         std::string_view{"totalcount"},   std::string_view{"totalitems"},
    std::string_view{"totalresults"},  std::string_view{"totalsize"},    std::string_view{"totalrecords"},
    std::string_view{"totalelements"}, std::string_view{"totalhits"},    std::string_view{"totalrows"},
    std::string_view{"totalentries"},  std::string_view{"recordstotal"}, std::string_view{"recordcount"},
    std::string_view{"numfound"},      std::string_view{"count"},        std::string_view{"odatacount"}};
constexpr std::array page_counts{std::string_view{"totalpages"}, std::string_view{"pagecount"},
                                 std::string_view{"numpages"}, std::string_view{"pages"},
                                 std::string_view{"lastpage"}};
constexpr std::array page_sizes{std::string_view{"limit"},      std::string_view{"perpage"},
                                std::string_view{"pagesize"},   std::string_view{"itemsperpage"},
                                std::string_view{"maxresults"}, std::string_view{"pagelimit"}};
constexpr std::array speakers{
    std::string_view{"page"},       std::string_view{"pages"},    std::string_view{"paging"},
    std::string_view{"pagination"}, std::string_view{"pageinfo"}, std::string_view{"meta"},
    std::string_view{"metadata"},   std::string_view{"links"},    std::string_view{"responsemetadata"},
    std::string_view{"total"}};

bool in(known_words all, std::string_view name) {
  return std::ranges::find(all, name) != all.end();
}

// Gives "has_more", "hasMore" and "@has-more" the same form.
std::string plain_name(std::string_view key_token) {
  std::string text;
  for (const char c : key_token) {
    if (is_alphanumeric(c)) text += lower_case(c);
  }
  return text;
}

bool means_none(std::string_view json) {
  return json == "null" || json == "\"\"" || json == "false" || json == "0";
}

bool names_something(std::string_view json) {
  if (json.starts_with('[')) return false;
  if (!json.starts_with('{')) return !means_none(json);
  bool any = false;
  static_cast<void>(for_each_member(json, [&any](std::string_view, std::string_view value) {
    any = any || names_something(value);
    return true;
  }));
  return any;
}

struct extent_scan {
  const json_path& items;
  std::size_t count;
  std::uint64_t before;
  list_extent found;

  void tell(extent is, std::string_view key, std::string_view json) {
    std::string why{"says "};
    why += key;
    if (json == "true" || json == "false" || whole_number_in(json)) (why += ": ") += json;
    found.join({is, std::move(why)});
  }

  void look(std::string_view object, unsigned level, bool on_the_way) {
    const auto each = [&](std::string_view key, std::string_view json) {
      const auto name = plain_name(key);
      member(key, name, json);
      const bool leads = on_the_way && level < items.size() && string_token_says(key, items[level].key);
      if (level + 1 < most_levels && json.starts_with('{') && (leads || in(speakers, name)))
        look(json, level + 1, leads);
      if (name == "links" && json.starts_with('[')) look_at_links(json);
      return true;
    };
    static_cast<void>(for_each_member(object, each));
  }

  // Looks for a link to a next page: "links": [{"rel": "next", "href": ...}]
  void look_at_links(std::string_view array) {
    static_cast<void>(for_each_element(array, [this](std::string_view link) {
      static_cast<void>(for_each_member(link, [this](std::string_view key, std::string_view json) {
        if (string_token_says(key, "rel") && is_string_token(json) && string_token_says(json, "next"))
          tell(extent::more, "\"rel\": \"next\"", {});
        return true;
      }));
      return true;
    }));
  }

  void member(std::string_view key, std::string_view name, std::string_view json) {
    const bool is_flag = json == "true" || json == "false";
    if (is_flag && in(more_flags, name)) tell(json == "true" ? extent::more : extent::whole, key, json);
    if (is_flag && in(end_flags, name)) tell(json == "true" ? extent::whole : extent::more, key, json);
    if (in(ways_on, name)) {
      if (names_something(json))
        tell(extent::more, key, json);
      else if (means_none(json))
        tell(extent::whole, key, json);
    }
    const auto number = whole_number_in(json);
    if (in(places, name) && is_string_token(json) && !number && !means_none(json))
      tell(extent::full, key, {});
    if (!number) return;
    // Of the objects that are looked into, only one that describes a total has a member `value`.
    if (in(totals, name) || name == "value") {
      if (*number > before + count) tell(extent::more, key, json);
      if (*number == before + count) tell(extent::whole, key, json);
    }
    if (before > 0) return;
    if (in(page_counts, name)) tell(*number > 1 ? extent::more : extent::whole, key, json);
    if (in(page_sizes, name) && *number > 0) tell(*number > count ? extent::whole : extent::full, key, json);
  }
};

}  // namespace

void list_extent::join(list_extent&& other) {
  const auto weight = [](extent k) {
    return k == extent::more ? 3 : k == extent::whole ? 2 : k == extent::full ? 1 : 0;
  };
  if (weight(other.is) > weight(is)) *this = std::move(other);
}

list_extent extent_in_body(std::string_view body, const json_path& items, std::size_t count,
                           std::uint64_t before) {
  extent_scan scan{items, count, before, {}};
  scan.look(without_mark(body), 0, true);
  return std::move(scan.found);
}

list_extent extent_in_headers(std::span<const header_field> headers, std::size_t count,
                              std::uint64_t before) {
  const auto reached = before + count;
  list_extent found;
  if (!next_links(headers).empty()) found.join({extent::more, "names a next page (Link)"});
  for (const std::string_view name : {"X-Total-Count", "X-Total", "X-Total-Items", "Total-Count",
                                      "X-Pagination-Total-Count", "Content-Range"}) {
    auto text = find_header(headers, name);
    if (const auto slash = text.rfind('/'); slash != text.npos) text.remove_prefix(slash + 1);
    const auto total = whole_number(text);
    if (!total || *total < reached) continue;
    found.join({*total > reached ? extent::more : extent::whole,
                "says " + std::string{name} + ": " + std::to_string(*total)});
  }
  for (const std::string_view name : {"X-Next-Page", "X-Next-Cursor"})
    if (const auto text = find_header(headers, name); !text.empty() && text != "0" && text != "null")
      found.join({extent::more, "names a next page (" + std::string{name} + ")"});
  for (const std::string_view name : {"X-Has-More"})
    if (equal_without_case(find_header(headers, name), "true"))
      found.join({extent::more, "says " + std::string{name} + ": true"});
  return found;
}

bool may_be_page_size(std::size_t count) noexcept {
  constexpr std::size_t smallest = 10, step = 5;  // chosen: 10, 15, 20, 25, 30, 50, 100, ...
  return count >= smallest && (count % step == 0 || std::has_single_bit(count));
}

}  // namespace pawl::api

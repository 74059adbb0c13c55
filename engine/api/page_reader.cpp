#include "engine/api/page_reader.hpp"

#include "engine/api/link_header.hpp"
#include "engine/api/list_extent.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

#include <array>
#include <optional>
#include <utility>

namespace pawl::api {
namespace {

constexpr std::uint32_t items_path = 0, cursor_path = 1, more_path = 2, total_path = 3;

constexpr std::string_view unpaged_remedy =
    "say in the profile how the list goes on (cursor, or {page} or {offset} in query), or ask for a limit "
    "that "
    "all items fit into; where one reply holds the whole list, say whole = true there";
constexpr std::string_view check_cursor = "check the profile's cursor against a page";

void cut_off(page& into, std::string_view why, std::string_view remedy) {
  into.cut_off = why;
  into.remedy = remedy;
}

// Where the items of a page stand; an array is a list for itself.
json_path items_of(const list_spec& list) {
  return list.items.empty() ? json_path{{"", true}} : list.items;
}

}  // namespace

page_reader::page_reader(const list_spec& list)
    : list_(list),
      counts_(list.counts()),
      at_(std::array{items_of(list), list.cursor, list.more, list.total}) {
  wanted_.push_back(items_path);
  if (!list.cursor.empty()) wanted_.push_back(cursor_path);
  if (!list.more.empty()) wanted_.push_back(more_path);
  if (!list.total.empty()) wanted_.push_back(total_path);
}

std::optional<std::string_view> item_ids::read(std::string_view item) {
  constexpr std::array wanted{std::uint32_t{0}};
  if (!at_.locate(parser_, item, wanted) || at_[0].is != located::kind::value) return std::nullopt;
  const auto token = at_[0].text;
  if (is_string_token(token)) {
    text_.clear();
    if (!append_unescaped(text_, token) || text_.empty()) return std::nullopt;
    return text_;
  }
  const bool is_number = token.starts_with('-') || (!token.empty() && token[0] >= '0' && token[0] <= '9');
  return is_number ? std::optional{token} : std::nullopt;
}

bool page_reader::read(std::string_view body, std::span<const header_field> headers, page& into) {
  into.items.clear();
  into.next = {};
  into.is_last = true;
  into.cut_off.clear();
  into.remedy = {};
  into.has_moved = into.says_nothing = false;
  if (!at_.locate(parser_, body, wanted_)) return false;
  const auto& items = at_[items_path];
  if (items.is == located::kind::list) {
    into.items = items.elements;
  } else {
    const auto keep = [&into](std::string_view item) {
      into.items.push_back(item);
      return true;
    };
    if (items.is != located::kind::value || !for_each_element(items.text, keep)) return false;
  }
  if (list_.names_next()) return follow_cursor(body, headers, into);
  if (counts_) return count_on(body, headers, into);
  if (list_.page_size > 0 && into.items.size() >= list_.page_size)
    cut_off(
        into, "a page is full, and the profile does not say how the next one is asked for",
        "say in the profile how the list goes on (cursor, or {page} or {offset} in query); where all items "
        "fit into one page, set its limit to a larger number than there are");
  else
    doubt(body, headers, 0, into);
  return true;
}

// False: it shows no boolean where the profile promises one.
bool page_reader::read_more(std::optional<bool>& says) const {
  if (list_.more.empty()) return true;
  const auto& more = at_[more_path];
  if (more.is != located::kind::value || (more.text != "true" && more.text != "false")) return false;
  says = more.text == "true";
  return true;
}

// False: what stands there cannot be a cursor.
bool page_reader::read_cursor(std::span<const header_field> headers, way_on& on, page& into) const {
  if (list_.link) {
    const auto links = next_links(headers);
    on.is_shown = !links.empty();
    if (on.is_shown) on.text = links.front();
    if (links.size() > 1) cut_off(into, "the Link header names two next pages", check_cursor);
    return true;
  }
  const auto& cursor = at_[cursor_path];
  if (cursor.is == located::kind::broken || cursor.is == located::kind::list) return false;
  on.is_shown = cursor.is == located::kind::value;
  if (!on.is_shown || cursor.text == "null") return true;
  auto text = plain_text(cursor.text);
  if (!text || cursor.text.starts_with('{') || cursor.text.starts_with('[')) return false;
  on.text = *std::move(text);
  return true;
}

bool page_reader::follow_cursor(std::string_view body, std::span<const header_field> headers, page& into) {
  std::optional<bool> more;
  if (!read_more(more)) return false;
  if (more == false) return true;
  way_on on;
  if (!read_cursor(headers, on, into)) return false;
  const bool known_before = shown_cursor_;
  shown_cursor_ = shown_cursor_ || on.is_shown;
  if (!on.text.empty()) {
    into.next.cursor = std::move(on.text);
    into.is_last = !into.cut_off.empty();
    return true;
  }
  const bool is_full = list_.page_size > 0 && into.items.size() >= list_.page_size;
  if (more)
    cut_off(into, "a page says that there is more, and shows no cursor of the next one", check_cursor);
  else if (is_full && !on.is_shown && !known_before)
    cut_off(into, "the first page is full, and shows nothing where the profile has the cursor",
            "check the profile's cursor against a page; where the API leaves it out on the last page, set "
            "the profile's limit to another number");
  else if (!on.is_shown && !known_before)
    doubt(body, headers, 0, into);
  return true;
}

// A page of a list that is asked for by number.
bool page_reader::count_on(std::string_view body, std::span<const header_field> headers, page& into) {
  std::optional<bool> more;
  if (!read_more(more)) return false;
  std::optional<std::uint64_t> total;
  if (!list_.total.empty()) {
    if (at_[total_path].is == located::kind::value) total = whole_number_in(at_[total_path].text);
    if (!total) return false;
  }
  const auto count = into.items.size();
  const auto before = std::exchange(items_, items_ + count);
  granted_ = granted_ || (list_.page_size > 0 && count >= list_.page_size);
  into.next.page = ++pages_ + 1;
  into.next.offset = items_;
  const auto total_before = std::exchange(total_, total);
  if (total && total_before && *total < *total_before) {
    cut_off(into,
            "the list became shorter while it was read (" + std::to_string(*total_before) + " items, then " +
                std::to_string(*total) + "), so items may have slipped past",
            "run the same command again");
    into.has_moved = true;
  } else if (total) {
    into.is_last = items_ >= *total;
    if (into.is_last) doubt(body, headers, before, into);
    if (!into.is_last && count == 0) {
      into.is_last = true;
      cut_off(into,
              "a page is empty after " + std::to_string(before) + " of " + std::to_string(*total) + " items",
              "check the profile's total and query against a page");
    }
  } else if (more) {
    into.is_last = !*more || count == 0;
    if (*more && count == 0)
      cut_off(into, "a page says that there is more, and is empty", "check the profile's more and query");
  } else if (count == 0 || (granted_ && count < list_.page_size)) {
    doubt(body, headers, before, into);
  } else {
    into.is_last = false;
  }
  return true;
}

// Looks for signs that the list goes on after a page that must be the last, for which the profile does not
// say more than that. `before`: items of the pages before it.
void page_reader::doubt(std::string_view body, std::span<const header_field> headers, std::uint64_t before,
                        page& into) const {
  using kind = list_extent::kind;
  const auto count = into.items.size();
  auto said = extent_in_body(body, list_.items, count, before);
  said.join(extent_in_headers(headers, count, before));
  const auto items = std::to_string(count) + (count == 1 ? " item" : " items");
  if (counts_) {
    if (said.is == kind::more)
      cut_off(into, "the last page shows " + items + " and " + said.why,
              "say in the profile's total or more where the list ends");
    return;
  }
  if (said.is == kind::more || (said.is == kind::full && !list_.whole)) {
    into.cut_off = "a page shows " + items + " and " + said.why +
                   (list_.names_next() ? ", and nothing stands where the profile has the cursor"
                                       : ", and the profile does not say how the next one is asked for");
    into.remedy = list_.names_next() ? check_cursor : unpaged_remedy;
    return;
  }
  if (said.is != kind::unknown || list_.whole || list_.names_next() || list_.page_size > 0) return;
  into.says_nothing = true;
  if (!may_be_page_size(count)) return;
  into.cut_off =
      "the only page shows exactly " + items +
      ", which may be all that a page can hold, and neither the page nor the profile says that this "
      "is the whole list";
  into.remedy = unpaged_remedy;
}

}  // namespace pawl::api

#include "engine/api/page_reader.hpp"

#include "engine/api/list_extent.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace pawl::api {
namespace {

constexpr std::uint32_t items_path = 0, cursor_path = 1, more_path = 2;

// Appends a value of a query. It encodes more than RFC 3986 requires there, which servers accept.
void append_query_value(std::string& to, std::string_view text) {
  append_path_segment(to, text);
}

std::optional<std::string> plain_text(std::string_view token) {
  if (!is_string_token(token)) return std::string{token};
  std::string text;
  if (!append_unescaped(text, token)) return std::nullopt;
  return text;
}

void append_limit(std::string& to, const list_spec& list) {
  if (list.limit_parameter.empty()) return;
  to += to.find('?') == std::string::npos ? '?' : '&';
  to += list.limit_parameter + "=" + std::to_string(list.page_size);
}

constexpr std::string_view unpaged_remedy =
    "describe cursor and cursor_parameter in the profile, or a limit that all items fit into (limit and "
    "limit_parameter); where one reply holds the whole list, say whole = true there";

void cut_off(page& into, std::string_view why, std::string_view remedy) {
  into.cut_off = why;
  into.remedy = remedy;
}

}  // namespace

std::string server_filters(const list_spec& list, const profile& api,
                           std::span<const precondition> conditions) {
  std::string text;
  for (const auto& filter : list.filters) {
    const auto& name = api[filter.field].name;
    const auto usable = std::ranges::find_if(conditions, [&name](const precondition& c) {
      return c.field == name && (c.is == precondition::test::has ||
                                 (c.is == precondition::test::equal && c.compare == comparison::exact));
    });
    if (usable == conditions.end()) continue;
    const auto value = plain_text(usable->json);
    if (!value) continue;
    text += (text.empty() ? "" : "&") + filter.parameter + "=";
    append_query_value(text, *value);
  }
  return text;
}

std::string first_page(const list_spec& list, std::string_view filters) {
  std::string text = list.path;
  append_limit(text, list);
  if (!filters.empty()) {
    text += text.find('?') == std::string::npos ? '?' : '&';
    text += filters;
  }
  return text;
}

std::string next_page(const list_spec& list, std::string_view cursor) {
  std::string text = list.path;
  append_limit(text, list);
  text += text.find('?') == std::string::npos ? '?' : '&';
  text += list.cursor_parameter + "=";
  append_query_value(text, cursor);
  return text;
}

page_reader::page_reader(const list_spec& list)
    : list_(list), at_(std::array{list.items, list.cursor, list.more}) {
  wanted_.push_back(items_path);
  if (!list.cursor.empty()) wanted_.push_back(cursor_path);
  if (!list.more.empty()) wanted_.push_back(more_path);
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
  into.cursor.clear();
  into.is_last = true;
  into.cut_off.clear();
  into.remedy = {};
  into.says_nothing = false;
  if (!at_.locate(parser_, body, wanted_)) return false;
  const auto& items = at_[items_path];
  if (items.is != located::kind::value) return false;
  const auto keep = [&into](std::string_view item) {
    into.items.push_back(item);
    return true;
  };
  if (!for_each_element(items.text, keep)) return false;
  const bool is_full = list_.page_size > 0 && into.items.size() >= list_.page_size;
  if (list_.cursor.empty()) {
    if (is_full)
      cut_off(
          into, "a page is full, and the profile does not say how the next one is asked for",
          "describe cursor and cursor_parameter in the profile; where all items fit into one page, set its "
          "limit to a larger number than there are");
    else
      doubt(body, headers, into);
    return true;
  }

  bool says_more = false;
  if (!list_.more.empty()) {
    const auto& more = at_[more_path];
    if (more.is != located::kind::value || (more.text != "true" && more.text != "false")) return false;
    if (more.text == "false") return true;
    says_more = true;
  }
  const auto& cursor = at_[cursor_path];
  if (cursor.is == located::kind::broken || cursor.is == located::kind::list) return false;
  const bool known_before = shown_cursor_;
  shown_cursor_ = shown_cursor_ || cursor.is == located::kind::value;
  const bool is_there = cursor.is == located::kind::value && cursor.text != "null" && cursor.text != "\"\"";
  if (!is_there) {
    if (says_more)
      cut_off(into, "a page says that there is more, and shows no cursor of the next one",
              "check the profile's cursor against a page");
    else if (is_full && cursor.is == located::kind::absent && !known_before)
      cut_off(into, "the first page is full, and shows nothing where the profile has the cursor",
              "check the profile's cursor against a page; where the API leaves it out on the last page, set "
              "the profile's limit to another number");
    else if (cursor.is == located::kind::absent && !known_before && list_.more.empty())
      doubt(body, headers, into);
    return true;
  }
  auto text = plain_text(cursor.text);
  if (!text || cursor.text.starts_with('{') || cursor.text.starts_with('[')) return false;
  into.cursor = *std::move(text);
  into.is_last = false;
  return true;
}

// Looks for signs that the list goes on after a page that must be the last: neither the profile nor the page
// names a way on.
void page_reader::doubt(std::string_view body, std::span<const header_field> headers, page& into) const {
  using kind = list_extent::kind;
  auto said = extent_in_body(body, list_.items, into.items.size());
  said.join(extent_in_headers(headers, into.items.size()));
  const auto items = std::to_string(into.items.size()) + (into.items.size() == 1 ? " item" : " items");
  if (said.is == kind::more || (said.is == kind::full && !list_.whole)) {
    into.cut_off = "a page shows " + items + " and " + said.why +
                   (list_.cursor.empty() ? ", and the profile does not say how the next one is asked for"
                                         : ", and nothing stands where the profile has the cursor");
    into.remedy = list_.cursor.empty() ? unpaged_remedy : "check the profile's cursor against a page";
    return;
  }
  if (said.is != kind::unknown || list_.whole || !list_.cursor.empty() || list_.page_size > 0) return;
  into.says_nothing = true;
  if (!may_be_page_size(into.items.size())) return;
  into.cut_off =
      "the only page shows exactly " + items +
      ", which may be all that a page can hold, and neither the page nor the profile says that this "
      "is the whole list";
  into.remedy = unpaged_remedy;
}

}  // namespace pawl::api

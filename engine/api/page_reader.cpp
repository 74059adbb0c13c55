#include "engine/api/page_reader.hpp"

#include "engine/api/json_text.hpp"
#include "engine/api/request_writer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace pawl::api {
namespace {

constexpr std::uint32_t items_path = 0, cursor_path = 1, more_path = 2;

// As a value in a query: RFC 3986 allows more unencoded, and nobody minds.
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

bool page_reader::read(std::string_view body, page& into) {
  into.items.clear();
  into.cursor.clear();
  into.is_last = true;
  if (!at_.locate(parser_, body, wanted_)) return false;
  const auto& items = at_[items_path];
  if (items.is != located::kind::value) return false;
  const auto keep = [&into](std::string_view item) {
    into.items.push_back(item);
    return true;
  };
  if (!for_each_element(items.text, keep)) return false;
  if (list_.cursor.empty()) return true;

  if (!list_.more.empty()) {
    const auto& more = at_[more_path];
    if (more.is != located::kind::value || (more.text != "true" && more.text != "false")) return false;
    if (more.text == "false") return true;
  }
  const auto& cursor = at_[cursor_path];
  if (cursor.is == located::kind::broken || cursor.is == located::kind::list) return false;
  const bool is_there = cursor.is == located::kind::value && cursor.text != "null" && cursor.text != "\"\"";
  if (!is_there) return list_.more.empty();
  auto text = plain_text(cursor.text);
  if (!text || cursor.text.starts_with('{') || cursor.text.starts_with('[')) return false;
  into.cursor = *std::move(text);
  into.is_last = false;
  return true;
}

}  // namespace pawl::api

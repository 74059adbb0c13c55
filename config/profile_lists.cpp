#include "config/profile_lists.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/json_path.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace pawl::config {
namespace {

constexpr std::uint64_t largest_page = 100'000;  // chosen: a larger page would exceed the bound of a reply

void read_path(table_reader& in, std::string_view key, json_path& into, bool required) {
  const auto text =
      required ? in.required_text(key, "write where a page shows it, such as data") : in.text(key);
  if (!text) return;
  auto path = parse_json_path(*text);
  const bool walks = path && std::ranges::any_of(*path, [](const path_step& s) { return s.each; });
  if (!path || walks || (required && path->empty()))
    in.complain(key, "\"" + *text + "\" is not a path into a page", "write it as data or page.cursor");
  else
    into = *std::move(path);
}

// Allows RFC 3986's unreserved characters and the other characters that occur in names of query parameters.
void read_parameter(table_reader& in, std::string_view key, std::string& into) {
  const auto text = in.text(key);
  if (!text) return;
  const bool plain = !text->empty() && std::ranges::all_of(*text, [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == '[' || c == ']';
  });
  if (!plain)
    in.complain(key, "\"" + *text + "\" is not the name of a query parameter",
                "use letters, digits, _, -, ., [ and ]");
  else
    into = *text;
}

void read_filters(table_reader& in, const api::profile& profile, api::list_spec& list) {
  auto filters = in.table("filters");
  if (!filters) return;
  for (const auto& entry : filters->entries()) {
    api::list_filter filter;
    read_parameter(*filters, entry.key, filter.parameter);
    const auto field = profile.find(entry.key);
    if (!field || profile[*field].echo.empty()) {
      filters->complain(entry.key, "is not a field that the API shows", "name one of [fields], or remove it");
      continue;
    }
    filter.field = *field;
    list.filters.push_back(std::move(filter));
  }
}

void read_list(table_reader& in, api::list_spec& list) {
  if (auto path = in.required_text("path", "add path = \"/items\"")) {
    const bool plain = path->starts_with('/') &&
                       std::ranges::all_of(*path, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
    if (!plain)
      in.complain("path", "\"" + *path + "\" is not a path", "begin it with /, without spaces and #");
    list.path = *std::move(path);
  }
  read_path(in, "items", list.items, true);
  read_path(in, "cursor", list.cursor, false);
  read_path(in, "more", list.more, false);
  read_path(in, "id", list.id, false);
  read_parameter(in, "cursor_parameter", list.cursor_parameter);
  read_parameter(in, "limit_parameter", list.limit_parameter);
  const auto limit = in.count("limit", 1, largest_page);
  list.page_size = static_cast<std::uint32_t>(limit.value_or(0));
  if (list.cursor.empty() != list.cursor_parameter.empty())
    in.complain_here("names the cursor on one side only",
                     "give both cursor and cursor_parameter, or neither");
  if (!list.more.empty() && list.cursor.empty())
    in.complain("more", "stands without cursor", "say where a page shows the cursor of the next one");
  list.whole = in.boolean("whole").value_or(false);
  if (list.whole && !list.cursor.empty())
    in.complain("whole", "stands beside cursor", "leave out one of them: a whole list has no next page");
  if (list.limit_parameter.empty() == limit.has_value())
    in.complain_here("names the page size on one side only",
                     "give both limit and limit_parameter, or neither");
}

}  // namespace

void read_needs(table_reader& whoami, api::scope_needs& needs) {
  auto in = whoami.table("needs");
  if (!in) return;
  needs.read = in->text_or_texts("read").value_or(std::vector<std::string>{});
  needs.write = in->text_or_texts("write").value_or(std::vector<std::string>{});
  needs.names = in->text_or_texts("names").value_or(std::vector<std::string>{});
  in->finish();
}

void read_lists(table_reader& root, const api::profile& profile, api::reading_spec& reading) {
  if (auto in = root.table("list")) {
    reading.list.id = profile.reply.id;
    read_list(*in, reading.list);
    if (reading.list.id.empty())
      in->complain_here("does not say where an item shows its id", "add id = \"id\"");
    read_filters(*in, profile, reading.list);
    in->finish();
  }
  if (auto in = root.table("names")) {
    read_list(*in, reading.names);
    read_path(*in, "name", reading.names.name, true);
    if (reading.names.id.empty())
      in->complain_here("does not say where an item shows its id", "add id = \"id\"");
    reading.rename_hint = in->text("rename_hint").value_or("");
    in->finish();
  }
}

}  // namespace pawl::config

#include "config/profile_lists.hpp"

#include "config/request_holes.hpp"
#include "config/toml_text.hpp"
#include "engine/text/ascii.hpp"
#include "engine/text/json_path.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::config {
namespace {

constexpr std::uint64_t largest_page = 100'000;  // chosen: a larger page would exceed the bound of a reply

// The holes that say where a page stands; a list of resources may also be told which fields are of interest.
constexpr std::array list_holes{api::hole::cursor, api::hole::page, api::hole::offset, api::hole::asked};
constexpr auto name_holes = std::span(list_holes).first<3>();
constexpr std::array value_hole{api::hole::value};
constexpr std::array match_holes{api::hole::value, api::hole::cursor, api::hole::page, api::hole::offset,
                                 api::hole::asked};

void read_page_path(table_reader& in, std::string_view key, json_path& into, bool required) {
  const auto text =
      required ? in.required_text(key, "write where a page shows it, such as data") : in.text(key);
  if (!text) return;
  auto path = parse_json_path(*text);
  const bool walks = path && std::ranges::any_of(*path, &path_step::each);
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

// Earlier profiles named the two parameters alone. False: this one does, and the line to put there is said.
bool check_query_keys(table_reader& in) {
  const auto cursor = in.text("cursor_parameter"), limit = in.text("limit_parameter");
  if (in.find("cursor_parameter") == nullptr && in.find("limit_parameter") == nullptr) return true;
  const auto* size = in.find("limit");
  const auto* items = size == nullptr ? nullptr : std::get_if<std::int64_t>(&size->value.is);
  std::string parts;
  if (cursor) parts += toml_key(*cursor) + " = \"{cursor}\"";
  if (limit)
    parts += (parts.empty() ? "" : ", ") + toml_key(*limit) + " = \"" +
             (items == nullptr ? "100" : std::to_string(*items)) + "\"";
  const auto* key = in.find("cursor_parameter") != nullptr ? "cursor_parameter" : "limit_parameter";
  in.complain(
      key, "is not a key any more: query says the parameters",
      std::string{cursor && limit ? "replace cursor_parameter and limit_parameter by" : "replace it by"} +
          " this line: query = { " + parts + " }");
  return false;
}

void read_request(table_reader& in, const hole_reader& holes, std::span<const api::hole> allowed,
                  api::list_spec& list) {
  in.required_text("path", "add path = \"/items\"");
  holes.request(in, {.path = {}, .query = allowed, .headers = {}, .body = allowed}, list.request);
  if (!list.request.path.empty()) list.path = std::move(list.request.path.front().text);
  list.request.path.clear();
}

void read_size(table_reader& in, api::list_spec& list) {
  list.page_size = static_cast<std::uint32_t>(in.count("limit", 1, largest_page).value_or(0));
}

// How a list goes on.
void read_way_on(table_reader& in, api::list_spec& list) {
  const bool said_link = in.text("cursor") == "link";
  if (said_link)
    list.link = true;
  else
    read_page_path(in, "cursor", list.cursor, false);
  read_page_path(in, "more", list.more, false);
  read_page_path(in, "total", list.total, false);
  list.whole = in.boolean("whole").value_or(false);
}

void check_way_on(table_reader& in, const api::list_spec& list) {
  const auto asks = [&list](api::hole h) { return has_hole(list.request, h); };
  const bool counts = list.counts();
  if (asks(api::hole::cursor) && !list.names_next())
    in.complain("query", "nothing fills {cursor}: the profile does not say where a page shows it",
                "add cursor = \"PATH\", or remove the parameter");
  if (asks(api::hole::cursor) && list.link)
    in.complain("cursor", "is \"link\", whose address is followed as it is, so nothing fills {cursor}",
                "remove the parameter, or say where a page shows the cursor");
  if (counts && list.names_next())
    in.complain("cursor", "stands beside {page} or {offset}: a list goes on in one way",
                "remove cursor, or the parameter");
  if (asks(api::hole::page) && asks(api::hole::offset))
    in.complain("query", "has both {page} and {offset}: a list goes on in one way", "remove one of them");
  if (!list.more.empty() && !list.names_next() && !counts)
    in.complain("more", "stands without cursor, {page} or {offset}", "say how the next page is asked for");
  if (!list.total.empty() && !counts)
    in.complain("total", "stands without {page} or {offset}",
                "remove it: the cursor says where the list ends");
  if (!list.total.empty() && !list.more.empty())
    in.complain("total", "stands beside more: one of them says where the list ends", "remove one of them");
  if (list.whole && (list.names_next() || counts))
    in.complain("whole", "stands beside cursor, {page} or {offset}",
                "leave out one of them: a whole list has no next page");
}

void read_list(table_reader& in, const hole_reader& holes, std::span<const api::hole> allowed,
               api::list_spec& list) {
  read_request(in, holes, allowed, list);
  if (in.find("items") == nullptr)
    in.complain("items", "is missing",
                "write where a page shows its items, such as data; \"\" if the page is an array");
  read_page_path(in, "items", list.items, false);
  read_size(in, list);
  read_way_on(in, list);
  if (check_query_keys(in)) check_way_on(in, list);
  read_page_path(in, "id", list.id, false);
}

// A field by which one resource can be found: one text or number that a resource shows.
bool can_be_matched(const std::string& name, const api::profile& profile) {
  const auto is_value = [](api::field_type type, const json_path& path) {
    return (type == api::field_type::string || type == api::field_type::number) && !path.empty() &&
           std::ranges::none_of(path, &path_step::each);
  };
  if (const auto field = profile.find(name)) return is_value(profile[*field].type, profile[*field].echo);
  const auto shown = std::ranges::find(profile.readable, name, &api::readable_field::name);
  return shown != profile.readable.end() && is_value(shown->type, shown->path);
}

void read_match(table_reader& in, const hole_reader& holes, const api::profile& profile,
                api::match_spec& match) {
  auto& list = match.list;
  list.id = profile.reply.id;
  in.required_text("path", "add path = \"/items\"");
  holes.request(in, {.path = value_hole, .query = match_holes, .headers = value_hole, .body = match_holes},
                list.request);
  match.path = std::move(list.request.path);
  list.request.path.clear();
  if (!api::has_hole(match.path, api::hole::value) && !api::has_hole(list.request, api::hole::value))
    in.complain_here("does not ask for a value", "put {value} where the value of a row stands");
  match.is_single = in.find("items") == nullptr;
  read_page_path(in, "items", list.items, false);
  read_size(in, list);
  read_way_on(in, list);
  check_way_on(in, list);
  if (match.is_single && (list.names_next() || list.counts()))
    in.complain("items", "is missing, and the reply goes on in pages",
                "write where a page shows its items, such as data; \"\" if the page is an array");
  read_page_path(in, "id", list.id, false);
  if (list.id.empty()) in.complain_here("does not say where a resource shows its id", "add id = \"id\"");
  if (const auto how = in.text("compare")) {
    if (*how != "exact" && *how != "nocase")
      in.complain("compare", "\"" + *how + "\" is neither exact nor nocase", "use one of these");
    match.nocase = *how == "nocase";
  }
}

void read_matches(table_reader& root, const hole_reader& holes, const api::profile& profile,
                  std::vector<api::match_spec>& matches) {
  auto all = root.table("match");
  if (!all) return;
  for (const auto& entry : all->entries()) {
    auto in = all->table(entry.key);
    if (!in) continue;
    if (!can_be_matched(entry.key, profile))
      all->complain(entry.key, "is not a text or a number that the API shows",
                    "name one of [fields] or [readable]");
    auto& match = matches.emplace_back();
    match.field = entry.key;
    read_match(*in, holes, profile, match);
    in->finish();
  }
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
  const hole_reader holes(profile.variables);
  if (auto in = root.table("list")) {
    reading.list.id = profile.reply.id;
    read_list(*in, holes, list_holes, reading.list);
    if (reading.list.id.empty())
      in->complain_here("does not say where an item shows its id", "add id = \"id\"");
    read_filters(*in, profile, reading.list);
    in->finish();
  }
  if (auto in = root.table("names")) {
    read_list(*in, holes, name_holes, reading.names);
    read_page_path(*in, "name", reading.names.name, true);
    if (reading.names.id.empty())
      in->complain_here("does not say where an item shows its id", "add id = \"id\"");
    reading.rename_hint = in->text("rename_hint").value_or("");
    in->finish();
  }
  read_matches(root, holes, profile, reading.matches);
}

}  // namespace pawl::config

#include "config/profile_parts.hpp"

#include "engine/text/ascii.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace pawl::config {
namespace {

std::optional<json_path> path_of(table_reader& in, std::string_view key, const std::string& text) {
  auto path = parse_json_path(text);
  if (!path)
    in.complain(
        key, "\"" + text + "\" is not a path into a reply",
        "write it as id, error.code, tags[].id, errors[0].code or custom_fields[id=7].value; a key that "
        "is no plain word stands in quotes: value.'@type'");
  return path;
}

}  // namespace

bool is_header_name(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

bool is_request_target(std::string_view text) {
  return text.starts_with('/') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
}

void read_path(table_reader& in, std::string_view key, json_path& into) {
  const auto text = in.text(key);
  if (!text) return;
  if (auto path = path_of(in, key, *text)) into = *std::move(path);
}

void read_place(table_reader& in, std::string_view key, json_path& into) {
  json_path path = into;
  read_path(in, key, path);
  if (std::ranges::any_of(path, &path_step::each))
    in.complain(key, "\"" + to_string(path) + "\" walks a list, and one place is needed",
                "pick one element: [0] is the first, [id=7] the one whose id is 7");
  else
    into = std::move(path);
}

void read_paths(table_reader& in, std::string_view key, std::vector<json_path>& into) {
  const auto texts = in.text_or_texts(key);
  if (!texts) return;
  into.clear();
  for (const auto& text : *texts)
    if (auto path = path_of(in, key, text); path && !path->empty()) into.push_back(*std::move(path));
}

void read_header_name(table_reader& in, std::string_view key, std::string& into) {
  const auto text = in.text(key);
  if (!text) return;
  if (!text->empty() && !is_header_name(*text))
    in.complain(key, "\"" + *text + "\" is not a header name", "use letters, digits and -");
  into = *text;
}

}  // namespace pawl::config

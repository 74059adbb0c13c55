#include "engine/api/request_template.hpp"

#include "engine/api/request_writer.hpp"
#include "engine/text/json_string.hpp"

#include <algorithm>

namespace pawl::api {

bool has_hole(const text_template& text, hole which) noexcept {
  return std::ranges::any_of(text, [which](const text_piece& p) { return p.is == which; });
}

bool has_hole(const json_template& value, hole which) noexcept {
  return has_hole(value.pieces, which) ||
         std::ranges::any_of(value.members, [which](const auto& m) { return has_hole(m.second, which); }) ||
         std::ranges::any_of(value.elements, [which](const auto& e) { return has_hole(e, which); });
}

bool has_hole(const request_spec& request, hole which) noexcept {
  const auto in = [which](const auto& named) { return has_hole(named.second, which); };
  return has_hole(request.path, which) || std::ranges::any_of(request.query, in) ||
         std::ranges::any_of(request.headers, in) || (request.body && has_hole(*request.body, which));
}

void append_query_text(std::string& to, std::string_view text) {
  while (!text.empty()) {
    const auto kept = text.find_first_of(",[]:/");
    append_path_segment(to, text.substr(0, kept));
    if (kept == std::string_view::npos) return;
    to += text[kept];
    text.remove_prefix(kept + 1);
  }
}

namespace {

std::string joined(std::span<const std::string> texts) {
  std::string all;
  for (const auto& text : texts) (all += all.empty() ? "" : ",") += text;
  return all;
}

// Unset: the hole has no value yet.
std::optional<std::string> value_of(const text_piece& piece, const hole_values& values) {
  switch (piece.is) {
    case hole::none:
      return piece.text;
    case hole::id:
      return std::string{values.id};
    case hole::asked:
      return joined(values.asked);
    case hole::cursor:
      return values.cursor;
    case hole::page:
      return values.page ? std::optional{std::to_string(*values.page)} : std::nullopt;
    case hole::offset:
      return values.offset ? std::optional{std::to_string(*values.offset)} : std::nullopt;
    case hole::fields:
    case hole::value:
    case hole::was:
    case hole::was_header:
    case hole::key:
    case hole::token:
      break;
  }
  return std::nullopt;  // the loader lets no such hole stand in a request that reads
}

std::string text_of(const text_template& text, const hole_values& values) {
  std::string all;
  for (const auto& piece : text) all += value_of(piece, values).value_or("");
  return all;
}

void append_array(std::string& to, std::span<const std::string> texts) {
  to += '[';
  for (const auto& text : texts) {
    if (&text != &texts.front()) to += ',';
    append_json_string(to, text);
  }
  to += ']';
}

void append_hole(std::string& to, const text_piece& piece, const hole_values& values) {
  const bool is_number =
      piece.is == hole::page || piece.is == hole::offset || (piece.is == hole::id && values.id_is_number);
  if (piece.is == hole::asked)
    append_array(to, values.asked);
  else if (const auto text = value_of(piece, values); !text)
    to += "null";
  else if (is_number)
    to += *text;
  else
    append_json_string(to, *text);
}

}  // namespace

void append_json(std::string& to, const json_template& value, const hole_values& values) {
  using kind = json_template::kind;
  switch (value.is) {
    case kind::json:
      to += value.text;
      return;
    case kind::text:
      append_json_string(to, text_of(value.pieces, values));
      return;
    case kind::hole:
      append_hole(to, value.pieces.front(), values);
      return;
    case kind::object:
      to += '{';
      for (const auto& member : value.members) {
        if (&member != &value.members.front()) to += ',';
        append_json_string(to, member.first);
        to += ':';
        append_json(to, member.second, values);
      }
      to += '}';
      return;
    case kind::array:
      to += '[';
      for (const auto& element : value.elements) {
        if (&element != &value.elements.front()) to += ',';
        append_json(to, element, values);
      }
      to += ']';
  }
}

call fill(const request_spec& request, const hole_values& values) {
  call made;
  made.method = request.method.empty() ? "GET" : request.method;
  for (const auto& piece : request.path) {
    if (piece.is == hole::none)
      made.target += piece.text;
    else
      append_path_segment(made.target, value_of(piece, values).value_or(""));
  }
  auto between = made.target.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, text] : request.query) {
    if (text.size() == 1 && !value_of(text.front(), values)) continue;
    made.target += std::exchange(between, '&');
    append_query_text(made.target, name);
    made.target += '=';
    append_query_text(made.target, text_of(text, values));
  }
  for (const auto& [name, text] : request.headers) made.headers.emplace_back(name, text_of(text, values));
  if (request.body) append_json(made.body, *request.body, values);
  return made;
}

}  // namespace pawl::api

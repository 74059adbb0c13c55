#include "engine/api/request_template.hpp"

#include "engine/api/request_writer.hpp"
#include "engine/text/ascii.hpp"
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

bool is_repeated(const json_template& value) noexcept {
  return value.is == json_template::kind::array && value.elements.size() == 1 &&
         has_hole(value.elements.front(), hole::id);
}

void append_query_text(std::string& to, std::string_view text) {
  while (!text.empty()) {
    const auto kept = text.find(',');
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

// Unset: a hole of it has no value yet.
std::optional<std::string> text_of(const text_template& text, const hole_values& values) {
  std::string all;
  for (const auto& piece : text) {
    const auto value = value_of(piece, values);
    if (!value) return std::nullopt;
    all += *value;
  }
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

bool append_hole(std::string& to, const text_piece& piece, const hole_values& values) {
  if (piece.is == hole::asked) {
    append_array(to, values.asked);
    return true;
  }
  const auto text = value_of(piece, values);
  if (!text) return false;
  const bool is_number =
      piece.is == hole::page || piece.is == hole::offset ||
      (piece.is == hole::id && values.id_is_number && std::ranges::all_of(*text, is_digit));
  if (is_number)
    to += *text;
  else
    append_json_string(to, *text);
  return true;
}

// Appends what append_item(item) appends, with commas between; an item that appends nothing is left out.
void append_joined(std::string& to, const auto& items, auto append_item) {
  bool first = true;
  for (const auto& item : items) {
    std::string text;
    if (!append_item(text, item)) continue;
    if (!std::exchange(first, false)) to += ',';
    to += text;
  }
}

}  // namespace

bool append_json(std::string& to, const json_template& value, const hole_values& values) {
  using kind = json_template::kind;
  switch (value.is) {
    case kind::json:
      to += value.text;
      return true;
    case kind::text: {
      const auto text = text_of(value.pieces, values);
      if (text) append_json_string(to, *text);
      return text.has_value();
    }
    case kind::hole:
      return append_hole(to, value.pieces.front(), values);
    case kind::object:
      to += '{';
      append_joined(to, value.members, [&values](std::string& text, const auto& member) {
        append_json_string(text, member.first);
        text += ':';
        return append_json(text, member.second, values);
      });
      to += '}';
      return true;
    case kind::array:
      break;
  }
  to += '[';
  if (!values.ids.empty() && is_repeated(value))
    append_joined(to, values.ids, [&](std::string& text, std::string_view id) {
      auto of_one = values;
      of_one.id = id;
      of_one.ids = {};
      return append_json(text, value.elements.front(), of_one);
    });
  else
    append_joined(to, value.elements, [&values](std::string& text, const json_template& element) {
      return append_json(text, element, values);
    });
  to += ']';
  return true;
}

namespace {

void append_joined_ids(std::string& target, std::span<const std::string_view> ids) {
  for (const auto& id : ids) {
    if (&id != &ids.front()) target += ',';
    append_path_segment(target, id);
  }
}

// Commas stay between the names of {asked}; one inside of a value might split it in two.
void append_parameter(std::string& target, std::string_view name, const text_template& value,
                      const hole_values& values) {
  if (!text_of(value, values)) return;
  target += target.find('?') == std::string::npos ? '?' : '&';
  append_query_text(target, name);
  target += '=';
  for (const auto& piece : value) {
    if (piece.is == hole::id && !values.ids.empty())
      append_joined_ids(target, values.ids);
    else if (piece.is == hole::none || piece.is == hole::asked)
      append_query_text(target, *value_of(piece, values));
    else
      append_path_segment(target, *value_of(piece, values));
  }
}

}  // namespace

call fill(const request_spec& request, const hole_values& values) {
  call made;
  made.method = request.method.empty() ? "GET" : request.method;
  for (const auto& piece : request.path) {
    if (piece.is == hole::none)
      made.target += piece.text;
    else
      append_path_segment(made.target, value_of(piece, values).value_or(""));
  }
  for (const auto& [name, value] : request.query) append_parameter(made.target, name, value, values);
  for (const auto& [name, value] : request.headers)
    if (auto text = text_of(value, values)) made.headers.emplace_back(name, *std::move(text));
  if (request.body && !append_json(made.body, *request.body, values)) made.body.clear();
  return made;
}

}  // namespace pawl::api

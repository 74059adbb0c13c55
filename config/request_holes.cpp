#include "config/request_holes.hpp"

#include "config/profile_parts.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/name_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <variant>

namespace pawl::config {
namespace {

using api::hole;
using api::json_template;
using api::text_piece;
using api::text_template;

constexpr name_table<hole, 9> hole_names{{
    {"id", hole::id},
    {"fields", hole::fields},
    {"value", hole::value},
    {"asked", hole::asked},
    {"key", hole::key},
    {"cursor", hole::cursor},
    {"page", hole::page},
    {"offset", hole::offset},
    {"token", hole::token},
}};
constexpr std::string_view was_mark = "was.", header_mark = "was_header.";

std::string name_in_words(hole h) {
  if (h == hole::was) return "{was.PATH}";
  if (h == hole::was_header) return "{was_header.NAME}";
  return "{" + std::string{name_of(hole_names, h)} + "}";
}

bool is_text(const text_template& t) {
  return std::ranges::all_of(t, [](const text_piece& p) { return p.is == hole::none; });
}

// The holes whose value is a JSON value of its own, where one stands alone.
bool is_json_value(hole h) {
  return h != hole::none && h != hole::was_header && h != hole::token && h != hole::key;
}

void add_literal(text_template& to, std::string_view text) {
  if (text.empty()) return;
  if (!to.empty() && to.back().is == hole::none)
    to.back().text += text;
  else
    to.push_back({hole::none, std::string{text}, {}});
}

}  // namespace

// What is read at the moment, for complaints.
struct hole_reader::reading {
  table_reader& in;
  std::string_view key;
  std::span<const hole> allowed;
  std::span<const api::profile_variable> variables;
  template_place where;

  std::string what_is_known() const {
    std::string known;
    for (const auto h : allowed) known += (known.empty() ? "" : ", ") + name_in_words(h);
    for (const auto& v : variables) known += (known.empty() ? "{" : ", {") + v.name + "}";
    return known.empty() ? "write it as it is sent; a brace that belongs to it is {{"
                         : "here stand " + known + "; a brace that belongs to it is {{";
  }
  void complain_of_hole(std::string_view name) const {
    in.complain(key, "nothing fills {" + std::string{name} + "} here", what_is_known());
  }

  std::optional<text_piece> piece(std::string_view name) const {
    text_piece p;
    if (const auto is = find_named(hole_names, name)) {
      p.is = *is;
    } else if (name.starts_with(was_mark)) {
      p.is = hole::was;
      auto path = parse_json_path(name.substr(was_mark.size()));
      if (!path || path->empty() || std::ranges::any_of(*path, &path_step::each)) {
        in.complain(key, "\"" + std::string{name} + "\" names no single value of the resource",
                    "write it as {was.updated_at}");
        return std::nullopt;
      }
      p.path = *std::move(path);
    } else if (name.starts_with(header_mark)) {
      p.is = hole::was_header;
      p.text = name.substr(header_mark.size());
      if (!is_header_name(p.text)) {
        in.complain(key, "\"" + p.text + "\" is not a header name", "write it as {was_header.ETag}");
        return std::nullopt;
      }
    }
    if (p.is == hole::none || std::ranges::find(allowed, p.is) == allowed.end()) {
      complain_of_hole(name);
      return std::nullopt;
    }
    return p;
  }

  std::optional<text_template> read(std::string_view text) const {
    text_template made;
    while (!text.empty()) {
      const auto brace = text.find('{');
      add_literal(made, text.substr(0, brace));
      if (brace == std::string_view::npos) break;
      text.remove_prefix(brace + 1);
      if (text.starts_with('{')) {
        add_literal(made, "{");
        text.remove_prefix(1);
        continue;
      }
      const auto end = text.find('}');
      if (end == std::string_view::npos) {
        in.complain(key, "a hole is not closed: {" + std::string{text}, "close it with }, or write {{");
        return std::nullopt;
      }
      const auto name = text.substr(0, end);
      text.remove_prefix(end + 1);
      const auto variable = std::ranges::find(variables, name, &api::profile_variable::name);
      if (variable != variables.end()) {
        std::string value;
        if (where == template_place::path)
          api::append_path_segment(value, variable->value);
        else
          value = variable->value;
        add_literal(made, value);
        continue;
      }
      auto one = piece(name);
      if (!one) return std::nullopt;
      made.push_back(*std::move(one));
    }
    if (where == template_place::header)
      for (const auto& p : made)
        if (p.is == hole::none && !is_header_value(p.text)) {
          in.complain(key, "has a control character", "remove it");
          return std::nullopt;
        }
    return made;
  }

  std::optional<json_template> text_value(const std::string& text) const {
    auto pieces = read(text);
    if (!pieces) return std::nullopt;
    json_template made;
    if (is_text(*pieces)) {
      made.is = json_template::kind::json;
      made.text = json_string(pieces->empty() ? std::string_view{} : std::string_view{pieces->front().text});
      return made;
    }
    const bool alone = pieces->size() == 1;
    made.is =
        alone && is_json_value(pieces->front().is) ? json_template::kind::hole : json_template::kind::text;
    if (!alone && api::has_hole(*pieces, hole::fields)) {
      in.complain(key, "{fields} stands inside of a text, and it is an object",
                  "let it be the whole value: \"{fields}\"");
      return std::nullopt;
    }
    made.pieces = *std::move(pieces);
    return made;
  }

  std::optional<json_template> object(const toml_table& table) const {
    json_template made;
    for (const auto& entry : table) {
      if (entry.key == json_template::spread) {
        const auto* text = std::get_if<std::string>(&entry.value.is);
        if (text == nullptr || *text != "{fields}") {
          in.complain(key,
                      "\"...\" puts the members of {fields} into the object, and stands for nothing else",
                      "write \"...\" = \"{fields}\"");
          return std::nullopt;
        }
      }
      auto value = read(entry.value);
      if (!value) return std::nullopt;
      made.members.emplace_back(entry.key, *std::move(value));
    }
    return made;
  }

  std::optional<json_template> array(const toml_list& list) const {
    json_template made;
    made.is = json_template::kind::array;
    for (const auto& item : list) {
      auto value = read(item);
      if (!value) return std::nullopt;
      made.elements.push_back(*std::move(value));
    }
    return made;
  }

  std::optional<json_template> read(const toml_value& value) const {
    if (const auto* text = std::get_if<std::string>(&value.is)) return text_value(*text);
    if (const auto* table = std::get_if<toml_table>(&value.is)) return object(*table);
    if (const auto* list = std::get_if<toml_list>(&value.is)) return array(*list);
    json_template made;
    made.is = json_template::kind::json;
    if (const auto* flag = std::get_if<bool>(&value.is)) {
      made.text = *flag ? "true" : "false";
      return made;
    }
    if (const auto* whole = std::get_if<std::int64_t>(&value.is)) {
      made.text = std::to_string(*whole);
      return made;
    }
    if (const auto* real = std::get_if<double>(&value.is); real != nullptr && std::isfinite(*real)) {
      made.text = fmt::format("{}", *real);
      return made;
    }
    in.complain(key, "holds " + std::string{kind_name(value)} + ", which JSON does not know",
                "write it as text in quotes");
    return std::nullopt;
  }
};

std::optional<text_template> hole_reader::text(table_reader& in, std::string_view key, std::string_view text,
                                               std::span<const hole> allowed, template_place where) const {
  return reading{in, key, allowed, variables_, where}.read(text);
}

std::optional<json_template> hole_reader::json(table_reader& in, std::string_view key,
                                               const toml_value& value, std::span<const hole> allowed) const {
  return reading{in, key, allowed, variables_, template_place::plain}.read(value);
}

std::optional<std::string> hole_reader::filled(table_reader& in, std::string_view key, std::string_view text,
                                               template_place where) const {
  const auto made = reading{in, key, {}, variables_, where}.read(text);
  if (!made) return std::nullopt;
  return made->empty() ? std::string{} : made->front().text;
}

void hole_reader::request(table_reader& in, const request_holes& holes, api::request_spec& into) const {
  if (auto method = in.text("method")) {
    const bool known =
        *method == "POST" || (holes.writes ? *method == "PATCH" || *method == "PUT" : *method == "GET");
    if (!known)
      in.complain(
          "method",
          "\"" + *method + "\" is " + (holes.writes ? "not PATCH, PUT or POST" : "neither GET nor POST"),
          holes.writes ? "use one of these" : "use one of these: a read changes nothing");
    into.method = *std::move(method);
  }
  if (const auto path = in.text("path")) {
    if (!is_request_target(*path))
      in.complain("path", "\"" + *path + "\" is not a path", "begin it with /, without spaces and #");
    else if (auto made = text(in, "path", *path, holes.path, template_place::path))
      into.path = *std::move(made);
  }
  const auto read_named = [&](const char* key, std::span<const hole> allowed, template_place where,
                              auto& to) {
    auto table = in.table(key);
    if (!table) return;
    for (const auto& entry : table->entries()) {
      const auto value = table->text(entry.key);
      if (!value) continue;
      if (entry.key.empty()) table->complain(entry.key, "is an empty name", "name the parameter");
      if (auto made = text(*table, entry.key, *value, allowed, where))
        to.emplace_back(entry.key, *std::move(made));
    }
  };
  read_named("query", holes.query, template_place::query, into.query);
  read_named("headers", holes.headers, template_place::header, into.headers);
  if (auto table = in.table("headers"))
    for (const auto& entry : table->entries()) {
      if (!is_header_name(entry.key))
        table->complain(entry.key, "is not a header name", "use letters, digits and -");
      else if (api::is_own_header(entry.key))
        table->complain(entry.key, "is a header that pawl writes itself", "remove it");
      else if (api::cannot_carry_key(entry.key))
        table->complain(entry.key, "is the same for all requests", "put it under [request_headers]");
    }
  if (const auto* body = in.find("body"))
    if (auto made = json(in, "body", body->value, holes.body)) {
      into.body = *std::move(made);
      if (!holes.writes && into.method != "POST")
        in.complain("body", "belongs to no GET", "add method = \"POST\", or put it into query");
    }
}

}  // namespace pawl::config

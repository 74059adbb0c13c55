#include "engine/api/write_template.hpp"

#include "engine/api/request_writer.hpp"
#include "engine/text/ascii.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <cassert>

namespace pawl::api {
namespace {

auto find_place(const std::vector<guard_place>& all, const text_piece& piece) {
  return std::ranges::find_if(
      all, [&piece](const guard_place& p) { return p.path == piece.path && p.header == piece.text; });
}

void collect(const text_template& text, std::vector<guard_place>& to, bool in_header = false) {
  for (const auto& piece : text) {
    if (piece.is != hole::was && piece.is != hole::was_header) continue;
    const auto known = find_place(to, piece);
    const auto at = static_cast<std::size_t>(known - to.begin());
    if (known == to.end()) to.push_back({piece.path, piece.text});
    to[at].in_header |= in_header;
  }
}

void collect(const json_template& value, std::vector<guard_place>& to) {
  collect(value.pieces, to);
  for (const auto& [key, member] : value.members) collect(member, to);
  for (const auto& element : value.elements) collect(element, to);
}

bool is_fields(const json_template& body) {
  return body.is == json_template::kind::hole && body.pieces.front().is == hole::fields;
}

// An id of an older ledger may be none.
bool is_number(std::string_view id) noexcept {
  return !id.empty() && std::ranges::all_of(id, is_digit);
}

// A guard as text: a string without its quotes and escapes. resource_reader::guard() takes no other strings.
std::string plain(std::string_view json) {
  return text_of_token(json).value_or(std::string{json});
}

}  // namespace

std::vector<guard_place> guard_places(const profile& p) {
  std::vector<guard_place> all;
  for (const auto& [name, text] : p.write.query) collect(text, all);
  for (const auto& [name, text] : p.write.headers) collect(text, all, true);
  if (p.write.body) collect(*p.write.body, all);
  if (p.write_many.request.body) collect(*p.write_many.request.body, all);
  return all;
}

bool write_template::is_needed(const profile& p) {
  return !p.write.path.empty() || !p.write.query.empty() || !p.write.headers.empty() ||
         (p.write.body && !is_fields(*p.write.body));
}

write_template::write_template(const profile& p) : places_(guard_places(p)), ids_(p.id_type) {
  if (p.write.path.empty()) {
    const auto mark = p.resource_path.find("{id}");
    add(target_, p.resource_path.substr(0, mark));
    target_.push_back({hole::id, form::segment, false, false, {}, 0});
    add(target_, p.resource_path.substr(mark + 4));
  } else {
    add(target_, p.write.path, form::segment);
  }
  bool has_query =
      std::ranges::any_of(target_, [](const piece& one) { return one.text.find('?') != std::string::npos; });
  for (const auto& [name, text] : p.write.query) {
    std::string start{has_query ? '&' : '?'};
    append_query_text(start, name);
    add(target_, start + '=');
    add(target_, text, form::query);
    has_query = true;
  }
  for (const auto& [name, text] : p.write.headers) {
    add(headers_, name + ": ");
    add(headers_, text, form::header);
    add(headers_, "\r\n");
  }
  if (p.write.body)
    add(body_, *p.write.body);
  else
    body_.push_back({hole::fields, form::json, false, false, {}, 0});
}

write_template::write_template(const profile& p, const json_template& body)
    : places_(guard_places(p)), ids_(p.id_type) {
  add(body_, body);
}

void write_template::add(pieces& to, std::string_view literal) {
  if (literal.empty()) return;
  if (!to.empty() && to.back().is == hole::none)
    to.back().text += literal;
  else
    to.push_back({hole::none, form::json, false, false, std::string{literal}, 0});
}

void write_template::add(pieces& to, const text_template& text, form as) {
  for (const auto& from : text) {
    if (from.is == hole::none) {
      std::string literal;
      if (as == form::query)
        append_query_text(literal, from.text);
      else if (as == form::in_string)
        literal = json_string(from.text), literal = literal.substr(1, literal.size() - 2);
      else
        literal = from.text;
      add(to, literal);
      continue;
    }
    piece made;
    made.is = from.is;
    made.as = as;
    if (from.is == hole::was || from.is == hole::was_header)
      made.guard = static_cast<std::size_t>(find_place(places_, from) - places_.begin());
    to.push_back(std::move(made));
  }
}

void write_template::add(pieces& to, const json_template& value) {
  using kind = json_template::kind;
  switch (value.is) {
    case kind::json:
      add(to, value.text);
      return;
    case kind::hole:
      add(to, value.pieces, form::json);
      return;
    case kind::text:
      add(to, "\"");
      add(to, value.pieces, form::in_string);
      add(to, "\"");
      return;
    case kind::array: {
      add(to, "[");
      for (const auto& element : value.elements) {
        if (&element != &value.elements.front()) add(to, ",");
        add(to, element);
      }
      add(to, "]");
      return;
    }
    case kind::object:
      break;
  }
  // The members of {fields} come last: where there are none of them, the comma before them is left out.
  add(to, "{");
  bool others = false;
  for (const auto& [key, member] : value.members) {
    if (key == json_template::spread) continue;
    if (others) add(to, ",");
    add(to, json_string(key) + ':');
    add(to, member);
    others = true;
  }
  if (std::ranges::any_of(value.members, [](const auto& m) { return m.first == json_template::spread; }))
    to.push_back({hole::fields, form::json, true, others, {}, 0});
  add(to, "}");
}

void write_template::append(std::string& to, const pieces& all, const write_values& values, id_form ids) {
  const auto put = [&to](std::string_view text, form as) {
    switch (as) {
      case form::segment:
      case form::query:
        append_path_segment(to, text);
        return;
      case form::header:
        to += text;
        return;
      case form::in_string: {
        const auto quoted = json_string(text);
        to.append(quoted, 1, quoted.size() - 2);
        return;
      }
      case form::json:
        append_json_string(to, text);
    }
  };
  for (const auto& p : all) {
    switch (p.is) {
      case hole::none:
        to += p.text;
        break;
      case hole::id:
        if (p.as == form::json && ids == id_form::integer && is_number(values.id))
          to += values.id;
        else
          put(values.id, p.as);
        break;
      case hole::fields: {
        auto fields = values.fields;
        if (p.spread) {
          fields = trim(fields.substr(1, fields.size() - 2));
          if (p.comma_before && !fields.empty()) to += ',';
        }
        to += fields;
        break;
      }
      case hole::was:
        if (p.as == form::json)
          to += values.guards[p.guard];
        else
          put(plain(values.guards[p.guard]), p.as);
        break;
      case hole::was_header:
        put(values.guards[p.guard], p.as);
        break;
      case hole::key:
        put(values.key, p.as);
        break;
      default:
        assert(false && "the loader lets no such hole stand in a write");
    }
  }
}

void write_template::append_target(std::string& to, const write_values& values) const {
  append(to, target_, values, ids_);
}
void write_template::append_headers(std::string& to, const write_values& values) const {
  append(to, headers_, values, ids_);
}
void write_template::append_body(std::string& to, const write_values& values) const {
  append(to, body_, values, ids_);
}

}  // namespace pawl::api

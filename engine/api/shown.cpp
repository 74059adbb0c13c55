#include "engine/api/shown.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/printable.hpp"

#include <algorithm>

namespace pawl::api {

bool is_echoed(const field_spec& f) {
  return f.compare != comparison::none && !f.echo.empty() && f.verb == set_verb::none;
}

bool shows_id(const located& at, std::string_view id, const reply_shape& shape) {
  if (at.is != located::kind::value) return false;
  if (at.text.starts_with('"')) {
    if (string_token_says(at.text, id)) return true;
    if (shape.ids == id_compare::exact) return false;
    std::string said;
    return append_unescaped(said, at.text) && equal_without_case(said, id);
  }
  return (at.text.starts_with('-') || (!at.text.empty() && at.text[0] >= '0' && at.text[0] <= '9')) &&
         at.text == id;
}

bool spells_alike(std::string_view a, std::string_view b) noexcept {
  const auto next = [](std::string_view& text) {
    while (!text.empty()) {
      const char c = text.front();
      text.remove_prefix(1);
      if (is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80) return lower_case(c);
    }
    return '\0';
  };
  bool any = false;
  for (;;) {
    const char x = next(a), y = next(b);
    if (x != y) return false;
    if (x == '\0') return any;
    any = true;
  }
}

equality compare_shown(json_comparer& comparer, comparison how, std::string_view wanted,
                       const located& shown) {
  switch (shown.is) {
    case located::kind::value:
      return comparer.compare(how, wanted, shown.text);
    case located::kind::list:
      return comparer.compare(how, wanted, shown.elements);
    case located::kind::absent:
    case located::kind::broken:
      break;
  }
  return equality::malformed;
}

bool is_as_described(const located& here, field_type type, std::span<const std::string> words) {
  // Lists of rows have texts; a number would never be the same as one of them.
  if (here.is == located::kind::list)
    return type == field_type::list && std::ranges::all_of(here.elements, [](std::string_view element) {
             return element.starts_with('"');
           });
  if (here.is != located::kind::value || here.text.empty()) return false;
  const char first = here.text.front();
  if (here.text == "null") return true;
  switch (type) {
    case field_type::enumeration:
      return first == '"' && (words.empty() || std::ranges::any_of(words, [&here](const std::string& word) {
                                return string_token_says(here.text, word);
                              }));
    case field_type::string:
    case field_type::timestamp:
      return first == '"';
    case field_type::boolean:
      return first == 't' || first == 'f';
    case field_type::number:
      return first == '-' || (first >= '0' && first <= '9');
    case field_type::list: {
      const auto second = here.text.find_first_not_of(" \t\r\n", 1);
      return first == '[' && second != std::string_view::npos &&
             (here.text[second] == '"' || here.text[second] == ']');
    }
    case field_type::object:
      return first == '{';
    case field_type::json:
      break;
  }
  return true;
}

bool must_be_shown(const field_spec& f) {
  if (f.clear) return false;
  return is_set(f.compare) || std::ranges::any_of(f.echo, [](const path_step& step) { return step.each; });
}

bool is_sound(const located& at) {
  std::string scratch;
  if (at.is == located::kind::value) return append_normal_form(scratch, at.text);
  return at.is != located::kind::list ||
         std::ranges::all_of(at.elements, [&](auto element) { return append_normal_form(scratch, element); });
}

bool has_content(const located& here) {
  if (here.is == located::kind::list) return !here.elements.empty();
  if (here.is != located::kind::value || here.text == "null" || here.text == "\"\"") return false;
  const bool is_compound = here.text.starts_with('[') || here.text.starts_with('{');
  const auto inside = here.text.find_first_not_of(" \t\r\n", 1);
  return !is_compound || inside != here.text.size() - 1;
}

void append_shown(std::string& to, const located& at) {
  switch (at.is) {
    case located::kind::absent:
      to += "null";
      return;
    case located::kind::value:
      to += at.text;
      return;
    case located::kind::list: {
      to += '[';
      const char* between = "";
      for (const auto element : at.elements) {
        to += between;
        to += element;
        between = ",";
      }
      to += ']';
      return;
    }
    case located::kind::broken:
      return;
  }
}

void append_printable_shown(std::string& to, const located& at, std::size_t max_bytes) {
  if (at.is == located::kind::absent) to += "null";
  if (at.is == located::kind::value) append_printable(to, at.text, max_bytes);
  if (at.is != located::kind::list) return;
  const auto begin = to.size();
  const auto room = [&] { return max_bytes - std::min(max_bytes, to.size() - begin); };
  append_printable(to, "[", room());
  for (const auto element : at.elements) {
    if (room() == 0) return;
    if (to.size() > begin + 1) to += ',';
    append_printable(to, element, room());
  }
  append_printable(to, "]", room());
}

}  // namespace pawl::api

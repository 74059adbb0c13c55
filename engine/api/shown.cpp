#include "engine/api/shown.hpp"

#include "engine/api/json_text.hpp"
#include "engine/api/printable_text.hpp"

#include <algorithm>

namespace pawl::api {

bool is_echoed(const field_spec& f) {
  return f.compare != comparison::none && !f.echo.empty() && f.verb == set_verb::none;
}

bool shows_id(const located& at, std::string_view id) noexcept {
  if (at.is != located::kind::value) return false;
  if (at.text.starts_with('"')) return string_token_says(at.text, id);
  return (at.text.starts_with('-') || (!at.text.empty() && at.text[0] >= '0' && at.text[0] <= '9')) &&
         at.text == id;
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

#include "engine/api/list_request.hpp"

#include "engine/api/field_codec.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"

#include <algorithm>
#include <optional>

namespace pawl::api {

call page_request(const list_spec& list, std::string_view filters, const page_place& place,
                  std::span<const std::string> asked) {
  hole_values values;
  values.asked = asked;
  if (!place.cursor.empty()) values.cursor = place.cursor;
  values.page = place.page;
  values.offset = place.offset;
  auto request = list.request;
  request.path = {{hole::none, list.path, {}}};
  auto made = fill(request, values);
  if (!place.address.empty()) {
    made.target = place.address;
  } else if (!filters.empty() && place.cursor.empty()) {
    made.target += made.target.find('?') == std::string::npos ? '?' : '&';
    made.target += filters;
  }
  return made;
}

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
    std::string wire;
    const field_codec codec(api[filter.field]);
    if (usable->is == precondition::test::equal)
      codec.append_wire(wire, usable->json);
    else
      wire = usable->json;  // an element of a list, which has one form
    const auto value = plain_text(wire);
    if (!value) continue;
    text += text.empty() ? "" : "&";
    append_query_text(text, filter.parameter);
    text += '=';
    append_query_text(text, *value);
  }
  return text;
}

}  // namespace pawl::api

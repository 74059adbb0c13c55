#include "engine/api/value_object.hpp"

#include "engine/text/json_string.hpp"
#include "engine/text/json_walk.hpp"

namespace pawl::api {

void append_values(std::string& to, std::span<const field_value> values) {
  to += '{';
  const char* between = "";
  for (const auto& v : values) {
    to += between;
    append_json_string(to, v.name);
    to += ':';
    to += v.json;
    between = ",";
  }
  to += '}';
}

bool parse_values(std::string_view json, const profile& p, std::vector<field_value>& into) {
  return for_each_member(json, [&](std::string_view key, std::string_view value) {
    const auto name = key.substr(1, key.size() - 2);
    const auto known = p.find(name);
    into.push_back({known ? *known : passed_field, known ? std::string_view(p[*known].name) : name, value});
    return true;
  });
}

}  // namespace pawl::api

#include "engine/api/value_object.hpp"

#include "engine/api/json_text.hpp"
#include "engine/model/text.hpp"

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
  auto rest = trim_json(json);
  if (rest.size() < 2 || rest.front() != '{' || rest.back() != '}') return false;
  rest = trim_json(rest.substr(1, rest.size() - 2));
  if (rest.empty()) return true;
  for (;;) {
    std::string_view key, value;
    if (!take_value(rest, key) || !is_string_token(key)) return false;
    rest = trim_json(rest);
    if (rest.empty() || rest.front() != ':') return false;
    rest.remove_prefix(1);
    if (!take_value(rest, value)) return false;
    const auto name = key.substr(1, key.size() - 2);
    const auto known = p.find(name);
    into.push_back({known ? *known : passed_field, known ? std::string_view(p[*known].name) : name, value});
    rest = trim_json(rest);
    if (rest.empty()) return true;
    if (rest.front() != ',') return false;
    rest.remove_prefix(1);
  }
}

}  // namespace pawl::api

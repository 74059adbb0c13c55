#include "engine/api/written_resource.hpp"

#include "engine/api/shown.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/trim.hpp"

namespace pawl::api {
namespace {

using steps = std::span<const path_step>;

bool append_with(std::string& to, std::string_view object, steps path, std::string_view json);

// Appends {"a":{"b":VALUE}} for the path a.b; the value itself for an empty path.
void append_nested(std::string& to, steps path, std::string_view json) {
  for (const auto& step : path) {
    to += '{';
    append_json_string(to, step.key);
    to += ':';
  }
  to += json;
  to.append(path.size(), '}');
}

// Appends the new value of the member that path[0] names. `there` is its present value; empty: there is none.
bool append_member_value(std::string& to, std::string_view there, steps path, std::string_view json) {
  const auto rest = path.subspan(1);
  if (path.front().each) {
    to += '[';
    bool first = true;
    const bool is_list = for_each_element(json, [&](std::string_view element) {
      if (!first) to += ',';
      first = false;
      append_nested(to, rest, element);
      return true;
    });
    to += ']';
    return is_list || json == "null";
  }
  if (rest.empty()) {
    to += json;
    return true;
  }
  if (there.starts_with('{')) return append_with(to, there, rest, json);
  append_nested(to, rest, json);
  return true;
}

bool append_with(std::string& to, std::string_view object, steps path, std::string_view json) {
  auto rest = trim(object);
  if (rest.size() < 2 || rest.front() != '{' || rest.back() != '}') return false;
  rest = trim(rest.substr(1, rest.size() - 2));
  to += '{';
  bool found = false, first = true;
  while (!rest.empty()) {
    std::string_view key, value;
    if (!take_value(rest, key) || !is_string_token(key)) return false;
    rest = trim(rest);
    if (rest.empty() || rest.front() != ':') return false;
    rest.remove_prefix(1);
    if (!take_value(rest, value)) return false;
    if (!first) to += ',';
    first = false;
    to += key;
    to += ':';
    if (string_token_says(key, path.front().key)) {
      found = true;
      if (!append_member_value(to, value, path, json)) return false;
    } else {
      to += value;
    }
    rest = trim(rest);
    if (rest.empty()) break;
    if (rest.front() != ',') return false;
    rest.remove_prefix(1);
    rest = trim(rest);
  }
  if (!found) {
    if (!first) to += ',';
    append_json_string(to, path.front().key);
    to += ':';
    if (!append_member_value(to, {}, path, json)) return false;
  }
  to += '}';
  return true;
}

}  // namespace

std::size_t show_as_written(std::string& into, std::string_view body, const profile& api,
                            std::span<const field_value> values, std::string_view updated_at) {
  std::string now{body}, next;
  const auto put = [&](const json_path& path, std::string_view json) {
    next.clear();
    const bool good = append_with(next, now, path, json);
    now.swap(next);
    return good;
  };
  into.clear();
  for (const auto& v : values) {
    if (v.field == passed_field || !is_echoed(api[v.field])) continue;
    if (!put(api[v.field].echo, v.json)) return 0;
  }
  if (!updated_at.empty() && !api.reply.updated_at.empty() && !put(api.reply.updated_at, updated_at))
    return 0;
  const auto size = now.size();
  into = std::move(now);
  into.append(json_padding, ' ');
  return size;
}

}  // namespace pawl::api

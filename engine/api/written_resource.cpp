#include "engine/api/written_resource.hpp"

#include "engine/api/shown.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_pick.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/trim.hpp"

namespace pawl::api {
namespace {

using steps = std::span<const path_step>;

bool append_with(std::string& to, std::string_view object, steps path, std::string_view json);

// Appends `there` with the value at the path, which begins inside of it. Where `there` is no object, one with
// this value alone; the value itself for an empty path.
bool append_inside(std::string& to, std::string_view there, steps path, std::string_view json) {
  if (path.empty()) {
    to += json;
    return true;
  }
  return append_with(to, there.starts_with('{') ? there : "{}", path, json);
}

// Appends the array with the value in the element that the pick means, which is added if it is not there.
bool append_picked(std::string& to, std::string_view array, const array_pick& pick, steps rest,
                   std::string_view json) {
  to += '[';
  std::size_t position = 0, found = 0;
  bool good = true;
  const auto take = [&](std::string_view element) {
    if (position > 0) to += ',';
    const auto is = is_picked(pick, position++, element);
    if (is == picked::yes) {
      ++found;
      good = append_inside(to, element, rest, json);
    } else {
      to += element;
      good = is == picked::no;
    }
    return good;
  };
  if (array.starts_with('[') && !for_each_element(array, take)) return false;
  if (found == 0) {
    if (position > 0) to += ',';
    std::string made{"{}"};
    if (pick.member.empty() && pick.index != position) return false;
    if (!pick.member.empty()) made = "{" + json_string(pick.member) + ":" + json_string(pick.value) + "}";
    good = append_inside(to, made, rest, json);
  }
  to += ']';
  return good && found < 2;
}

// Appends the new value of the member that path[0] names. `there` is its present value; empty: there is none.
bool append_member_value(std::string& to, std::string_view there, steps path, std::string_view json) {
  const auto rest = path.subspan(1);
  if (path.front().pick) return append_picked(to, there, *path.front().pick, rest, json);
  if (!path.front().each) return append_inside(to, there, rest, json);
  to += '[';
  bool first = true;
  const bool is_list = for_each_element(json, [&](std::string_view element) {
    if (!first) to += ',';
    first = false;
    return append_inside(to, {}, rest, element);
  });
  to += ']';
  return is_list || json == "null";
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
    auto whole_path = api.reply.read_root;
    whole_path.insert(whole_path.end(), path.begin(), path.end());
    const bool good = begins_at_array(whole_path) ? append_member_value(next, trim(now), whole_path, json)
                                                  : append_with(next, now, whole_path, json);
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

#include "engine/api/member_values.hpp"

#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/trim.hpp"

namespace pawl::api {
namespace {

// The value of the member whose name the key token says; empty: there is none.
std::string_view member_of(std::string_view object, std::string_view key) {
  std::string name;
  std::string_view found;
  if (!append_unescaped(name, key)) return {};
  for_each_member(object, [&](std::string_view other, std::string_view value) {
    if (string_token_says(other, name)) found = value;
    return found.empty();
  });
  return found;
}

bool are_objects(std::string_view a, std::string_view b) noexcept {
  return a.starts_with('{') && b.starts_with('{');
}

void append_key(std::string& to, std::string_view key) {
  if (!to.ends_with('{')) to += ',';
  to.append(key).append(1, ':');
}

}  // namespace

void append_part(std::string& to, std::string_view wanted, std::string_view shown) {
  wanted = trim(wanted);
  shown = trim(shown);
  if (!are_objects(wanted, shown)) {
    to += shown;
    return;
  }
  to += '{';
  for_each_member(wanted, [&](std::string_view key, std::string_view value) {
    append_key(to, key);
    const auto here = member_of(shown, key);
    append_part(to, value, here.empty() ? "null" : here);
    return true;
  });
  to += '}';
}

void append_put_over(std::string& to, std::string_view base, std::string_view top) {
  base = trim(base);
  top = trim(top);
  if (!are_objects(base, top)) {
    to += top;
    return;
  }
  to += '{';
  for_each_member(base, [&](std::string_view key, std::string_view value) {
    append_key(to, key);
    const auto over = member_of(top, key);
    if (over.empty())
      to += value;
    else
      append_put_over(to, value, over);
    return true;
  });
  for_each_member(top, [&](std::string_view key, std::string_view value) {
    if (!member_of(base, key).empty()) return true;
    append_key(to, key);
    to += value;
    return true;
  });
  to += '}';
}

}  // namespace pawl::api

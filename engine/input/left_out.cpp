#include "engine/input/left_out.hpp"

#include "engine/api/member_values.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

#include <algorithm>

namespace pawl::input {
namespace {

constexpr std::string_view opening = "{\"";

}  // namespace

std::string left_out_part(std::string_view field, std::string_view members) {
  std::string entry = "{";
  append_json_string(entry, field);
  return entry.append(1, ':').append(members).append(1, '}');
}

void leave_out(std::vector<field_value>& patch, std::span<const std::string> left_out, byte_arena& texts) {
  std::erase_if(patch, [&](field_value& value) {
    bool is_out = std::ranges::find(left_out, value.name) != left_out.end();
    for (const auto& entry : left_out) {
      if (is_out || !entry.starts_with(opening)) continue;
      for_each_member(entry, [&](std::string_view field, std::string_view members) {
        if (!string_token_says(field, value.name)) return true;
        std::string left;
        is_out = !api::append_without(left, value.json, members);
        value.json = texts.copy(left);
        return true;
      });
    }
    return is_out;
  });
}

}  // namespace pawl::input

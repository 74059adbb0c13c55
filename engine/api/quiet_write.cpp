#include "engine/api/quiet_write.hpp"

#include "engine/text/letter_case.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace pawl::api {
namespace {

template <class Value, class Same>
void put_named(std::vector<std::pair<std::string, Value>>& into, const std::pair<std::string, Value>& one,
               Same is_same) {
  const auto there =
      std::ranges::find_if(into, [&](const auto& other) { return is_same(other.first, one.first); });
  if (there == into.end())
    into.push_back(one);
  else
    *there = one;
}

bool is_same_name(std::string_view a, std::string_view b) {
  return a == b;
}

bool is_fields_alone(const json_template& body) {
  return body.is == json_template::kind::hole && body.pieces.size() == 1 &&
         body.pieces.front().is == hole::fields;
}

// An object with the members of {fields}.
json_template spread_fields() {
  json_template fields;
  fields.is = json_template::kind::hole;
  fields.pieces = {{hole::fields, {}, {}}};
  json_template all;
  all.members.emplace_back(json_template::spread, std::move(fields));
  return all;
}

std::string in_words(const text_template& text) {
  std::string all;
  for (const auto& piece : text) all += piece.text;
  return all;
}

}  // namespace

bool can_write_quietly(const profile& p) noexcept {
  return !p.quiet.query.empty() || !p.quiet.headers.empty() || p.quiet.body;
}

bool has_room_for_quiet(const profile& p) noexcept {
  if (!p.quiet.body) return true;
  if (p.quiet.body->is != json_template::kind::object) return false;
  return !p.write.body || is_fields_alone(*p.write.body) || p.write.body->is == json_template::kind::object;
}

void write_quietly(profile& p) {
  p.write_many = {};
  for (const auto& one : p.quiet.query) put_named(p.write.query, one, is_same_name);
  for (const auto& one : p.quiet.headers)
    put_named(p.write.headers, one, [](const auto& a, const auto& b) { return equal_without_case(a, b); });
  if (!p.quiet.body) return;
  if (!p.write.body || is_fields_alone(*p.write.body)) p.write.body = spread_fields();
  for (const auto& one : p.quiet.body->members) put_named(p.write.body->members, one, is_same_name);
}

std::string quiet_in_words(const profile& p) {
  std::string all;
  const auto add = [&all](const std::string& one) { all += (all.empty() ? "" : ", ") + one; };
  for (const auto& [name, value] : p.quiet.query) add(name + "=" + in_words(value));
  for (const auto& [name, value] : p.quiet.headers) add(name + ": " + in_words(value));
  if (p.quiet.body)
    for (const auto& [name, value] : p.quiet.body->members) {
      std::string json;
      append_json(json, value, {});
      add(name + " = " + json);
    }
  return all;
}

}  // namespace pawl::api

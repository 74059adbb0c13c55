#include "engine/api/batch_requests.hpp"

#include "engine/api/calls.hpp"
#include "engine/text/json_string.hpp"

#include <cassert>
#include <utility>

namespace pawl::api {
namespace {

// Writes the body up to the array that is repeated into `before`, and what follows it into `after`. Nothing
// else of it holds a hole, which the loader sees to. Returns what stands for a row; null: nothing does.
const json_template* split(const json_template& value, std::string& before, std::string& after) {
  if (is_repeated(value)) {
    before += '[';
    after += ']';
    return &value.elements.front();
  }
  using kind = json_template::kind;
  const json_template* row = nullptr;
  const auto add = [&](const json_template& part) {
    auto& to = row == nullptr ? before : after;
    if (row == nullptr && has_hole(part, hole::id)) {
      row = split(part, before, after);
      return;
    }
    append_json(to, part, {});
  };
  const auto separate = [&](bool first) {
    if (!first) (row == nullptr ? before : after) += ',';
  };
  switch (value.is) {
    case kind::object: {
      before += '{';
      bool first = true;
      for (const auto& [key, member] : value.members) {
        separate(std::exchange(first, false));
        (row == nullptr ? before : after) += json_string(key) + ':';
        add(member);
      }
      (row == nullptr ? before : after) += '}';
      return row;
    }
    case kind::array: {
      before += '[';
      bool first = true;
      for (const auto& element : value.elements) {
        separate(std::exchange(first, false));
        add(element);
      }
      (row == nullptr ? before : after) += ']';
      return row;
    }
    case kind::json:
    case kind::text:
    case kind::hole:
      break;
  }
  append_json(before, value, {});
  return nullptr;
}

}  // namespace

bool can_read_many(const profile& p) noexcept {
  return p.read_many.size > 0 && !has_hole(p.write, hole::was_header);
}

call read_many_call(const profile& p, std::span<const std::string_view> ids) {
  assert(!ids.empty());
  const auto asked = asked_names(p);
  hole_values values;
  values.id = ids.front();
  values.ids = ids;
  values.id_is_number = p.id_type == id_form::integer;
  values.asked = asked;
  return api::fill(p.read_many.request, values);
}

write_many_template::write_many_template(const profile& p) {
  auto request = p.write_many.request;
  assert(request.body);
  if (const auto* row = split(*request.body, before_, after_)) row_ = write_template(p, *row);
  request.body.reset();
  if (request.method.empty()) request.method = p.write.method.empty() ? p.method : p.write.method;
  frame_ = api::fill(request, {});
}

call write_many_template::begin() const {
  auto made = frame_;
  made.body = before_;
  return made;
}

void write_many_template::add(call& to, const write_values& row) const {
  if (to.body.size() > before_.size()) to.body += ',';
  row_.append_body(to.body, row);
}

}  // namespace pawl::api

// The part of resource_reader that makes bodies which hold more than the changes: the row, or the whole
// resource.
#include "engine/api/resource_reader_impl.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/value_object.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace pawl::api {
namespace {

// A reply shows it under the name by which it is written.
bool stands_under_its_name(const field_spec& f) {
  return f.echo.size() == 1 && !f.echo.front().each && f.echo.front().key == f.name;
}

}  // namespace

// What a write of the whole resource has to name beside the row's values: fields that are written under one
// name and shown under another, for the shown place says nothing to a server that takes the name.
void resource_reader::impl::add_shown_elsewhere(const write_plan& plan) {
  put = plan.send;
  put_texts.clear();
  std::string text;
  for (std::size_t i = 0; i < api.fields.size(); ++i) {
    const auto f = static_cast<field_index>(i);
    const auto& field = api[f];
    if (!is_shown(f) || stands_under_its_name(field) ||
        std::ranges::find(put, f, &field_value::field) != put.end())
      continue;
    const auto& here = at(f);
    const bool is_null = here.is == located::kind::value && here.text == "null";
    if (here.is == located::kind::absent || here.is == located::kind::broken || (is_null && !field.nullable))
      continue;
    text.clear();
    append_shown(text, here);
    put.push_back({f, field.name, put_texts.copy(text)});
  }
}

void resource_reader::impl::list_unnamed(std::string_view body, write_plan& plan) {
  for (std::size_t i = 0; i < api.fields.size(); ++i) {
    const auto f = static_cast<field_index>(i);
    if (is_shown(f) && at(f).is != located::kind::absent && at(f).is != located::kind::broken &&
        !(at(f).is == located::kind::value && at(f).text == "null") &&
        std::ranges::find(plan.send, f, &field_value::field) == plan.send.end())
      plan.unnamed.push_back(f);
  }
  plan.unnamed_others = whole.has_undescribed(body, plan.send);
}

// For a body that holds more than the changes. False: what was read cannot be sent back.
bool resource_reader::impl::take_whole(std::string_view body, write_plan& plan) {
  if (!is_more_than_changes() || plan.send.empty()) return true;
  const bool sound = whole.is_sound(body);
  if (api.body_is == body_content::row) {
    // The row alone is sent, so that what is odd about the rest is no obstacle.
    if (!sound) return true;
    list_unnamed(body, plan);
  } else if (!sound) {
    return false;
  }
  add_shown_elsewhere(plan);
  if (api.body_is == body_content::whole) whole.compose(plan.body, body, put);
  // The old values by the names of their fields first.
  shown.assign(plan.old_values, 0, plan.old_values.size() - 1);
  for (const auto& v : std::span(put).subspan(plan.send.size()))
    if (std::ranges::find(beside, v.field) == beside.end()) append_old(shown, v.field);
  shown += '}';
  whole.append_rest(plan.pre_image, shown, body);
  return true;
}

reading resource_reader::impl::send_all(std::string_view body, write_plan& plan) {
  plan.send = plan.wanted;
  plan.new_values.clear();
  append_values(plan.new_values, plan.send);
  const bool good = take_whole(body, plan);
  // What stands there may be what this job wrote: it is nothing to go back to.
  plan.pre_image.clear();
  return good ? reading::readable : reading::unreadable;
}

}  // namespace pawl::api

// The part of resource_reader that makes bodies which hold more than the changes: the whole row, or the whole
// resource.
#include "engine/api/member_values.hpp"
#include "engine/api/resource_reader_impl.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/value_object.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace pawl::api {
namespace {

// Whether a reply shows the field where it is written, and as it is written.
bool stands_where_it_is_written(const field_spec& f) {
  return f.at.empty() ? f.echo == json_path{{f.name, false}} : f.echo == f.at && !f.send;
}

}  // namespace

// Adds to the row's values the fields that are written under one name and shown under another. A write of the
// whole resource must name them: a server that takes `owner_id` learns nothing from the `owner.id` that it
// showed.
void resource_reader::impl::add_shown_elsewhere(const write_plan& plan) {
  put = plan.send;
  put_texts.clear();
  std::string text;
  for (std::size_t i = 0; i < api.fields.size(); ++i) {
    const auto f = static_cast<field_index>(i);
    const auto& field = api[f];
    if (!is_shown(f) || stands_where_it_is_written(field) ||
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

// Puts the values into what was read. False: a value has no place there, and `trouble` names it.
bool resource_reader::impl::compose_whole(std::string_view body, write_plan& plan) {
  if (whole.compose(plan.body, body, put)) return true;
  const auto alone = [&](const field_value& v) { return whole.compose(plan.body, body, {&v, 1}); };
  const auto misplaced = std::ranges::find_if_not(put, alone);
  trouble = misplaced == put.end() ? put.front().name : misplaced->name;
  return false;
}

// A row names some members of an object (comparison::members), and a server that replaces would erase those
// beside. So the body has the object that was read with the row's members put over its own.
void resource_reader::impl::put_members_beside(write_plan& plan) {
  if (!row_places) return;
  put = plan.send;
  put_texts.clear();
  bool any = false;
  std::string text;
  for (auto& v : put) {
    if (!is_shown(v.field) || api[v.field].compare != comparison::members) continue;
    const auto& here = at(v.field);
    if (here.is != located::kind::value || !here.text.starts_with('{') || !v.json.starts_with('{')) continue;
    text.clear();
    append_put_over(text, here.text, v.json);
    v.json = put_texts.copy(text);
    any = true;
  }
  if (any) row_places->append_fields(plan.body, put, true);
}

// Completes a plan whose body holds more than the changes. What it says but `readable` means that what was
// read cannot be sent back.
readability resource_reader::impl::take_whole(std::string_view body, write_plan& plan) {
  if (!is_more_than_changes() || plan.send.empty()) return readability::readable;
  const bool sound = whole.is_sound(body);
  if (api.body_is == body_content::row) {
    put_members_beside(plan);
    // The body is the row alone, so a flaw in the rest of the resource does no harm.
    if (!sound) return readability::readable;
    list_unnamed(body, plan);
  } else if (!sound) {
    return readability::unreadable;
  }
  add_shown_elsewhere(plan);
  if (api.body_is == body_content::whole && !compose_whole(body, plan)) return readability::misshapen;
  // The object to keep begins with the old values under the names of their fields.
  shown.assign(plan.old_values, 0, plan.old_values.size() - 1);
  for (const auto& v : std::span(put).subspan(plan.send.size()))
    if (std::ranges::find(beside, v.field) == beside.end()) append_old(shown, v.field, {});
  shown += '}';
  whole.append_rest(plan.pre_image, shown, body);
  return readability::readable;
}

readability resource_reader::impl::send_all(std::string_view body, source from, write_plan& plan) {
  plan.send = plan.wanted;
  plan.new_values.clear();
  append_values(plan.new_values, plan.send);
  auto is = find_resource(body, from);
  if (is == readability::readable) is = take_whole(body, plan);
  // What the resource shows may come from this job's own write, so it is not a state to go back to.
  plan.pre_image.clear();
  return is;
}

}  // namespace pawl::api

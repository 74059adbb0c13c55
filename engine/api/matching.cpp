#include "engine/api/matching.hpp"

#include "engine/api/list_request.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/api/shown.hpp"
#include "engine/model/matched_value.hpp"
#include "engine/model/option.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/letter_case.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pawl::api {
namespace {

// Whether a value of this type can name a resource: words of an enumeration and lists are those of many.
bool can_name(field_type type) noexcept {
  return type == field_type::string || type == field_type::number;
}

bool is_one_value(const json_path& path) {
  return !path.empty() && std::ranges::none_of(path, &path_step::each);
}

const list_filter* filter_of(const std::string& field, const profile& api, const list_spec& list) {
  const auto found = std::ranges::find_if(
      list.filters, [&](const list_filter& f) { return !list.path.empty() && api[f.field].name == field; });
  if (found == list.filters.end()) return nullptr;
  const auto& spec = api[found->field];
  return can_name(spec.type) && is_one_value(spec.echo) ? &*found : nullptr;
}

// Puts a text in the place of {value}. Of a path, whose other texts are encoded already, the text is encoded.
void put_value(text_template& to, const std::string& text) {
  for (auto& piece : to)
    if (piece.is == hole::value) piece = {hole::none, text, {}};
}

void put_value(json_template& to, const std::string& text, const std::string& json) {
  using kind = json_template::kind;
  if (to.is == kind::hole && to.pieces.front().is == hole::value) {
    to.is = kind::json;
    to.text = json;
    to.pieces.clear();
  }
  put_value(to.pieces, text);
  for (auto& [key, member] : to.members) put_value(member, text, json);
  for (auto& element : to.elements) put_value(element, text, json);
}

text_template with_value(text_template path, const std::string& text) {
  std::string segment;
  append_path_segment(segment, text);
  put_value(path, segment);
  return path;
}

std::string path_text(const text_template& path) {
  std::string all;
  for (const auto& piece : path) all += piece.text;
  return all;
}

request_spec with_value(request_spec request, const std::string& text, const std::string& json) {
  for (auto& [name, value] : request.query) put_value(value, text);
  for (auto& [name, value] : request.headers) put_value(value, text);
  if (request.body) put_value(*request.body, text, json);
  return request;
}

std::string without_case(std::string_view json) {
  const auto text = plain_text(json);
  return text ? fold_case(*text) : std::string{json};
}

}  // namespace

std::vector<std::string> fields_to_match(const profile& api, const reading_spec& reading) {
  std::vector<std::string> all;
  for (const auto& m : reading.matches) all.push_back(m.field);
  for (const auto& f : reading.list.filters)
    if (const auto& name = api[f.field].name;
        filter_of(name, api, reading.list) != nullptr && std::ranges::find(all, name) == all.end())
      all.push_back(name);
  return all;
}

expected<match_way> way_to_match(const std::string& field, const profile& api, const reading_spec& reading) {
  match_way way;
  way.field = field;
  way.root = api.reply.read_root;
  way.ids = api.reply.ids;
  const auto index = api.find(field);
  const auto readable = std::ranges::find(api.readable, field, &readable_field::name);
  const bool is_known = index || readable != api.readable.end();
  const auto own = std::ranges::find(reading.matches, field, &match_spec::field);
  const auto* filter = filter_of(field, api, reading.list);
  if (is_known && own != reading.matches.end()) {
    way.spec = *own;
    way.nocase = own->nocase;
  } else if (filter != nullptr) {
    way.spec.list = reading.list;
    way.parameter = filter->parameter;
  } else {
    std::string known;
    for (const auto& name : fields_to_match(api, reading)) known += (known.empty() ? "" : ", ") + name;
    return failure{failure_kind::usage, to_string(option::match),
                   "the profile " + api.name + " does not say how a resource is found by \"" + field + '"',
                   known.empty() ? "it says so of no field: describe it as [match." + field +
                                       "], or as a filter of [list]"
                                 : "match by one of " + known + ", or describe it as [match." + field + "]"};
  }
  if (index) {
    way.place = place_of(api[*index]);
    way.is_number = api[*index].type == field_type::number;
  } else {
    way.place = {readable->path, field_codec(*readable)};
    way.is_number = readable->type == field_type::number;
  }
  return way;
}

std::optional<std::string> as_json(const match_way& way, std::string_view value) {
  if (!way.is_number) return json_string(value);
  return is_json_number(value) ? std::optional{std::string{value}} : std::nullopt;
}

match_request request_for(const match_way& way, std::string_view json, std::span<const std::string> asked) {
  match_request made;
  std::string wire;
  way.place.codec.append_wire(wire, json);
  const auto text = plain_text(wire).value_or(std::string{});
  made.list = way.spec.list;
  if (!way.parameter.empty()) {
    append_query_text(made.filters, way.parameter);
    made.filters += '=';
    append_path_segment(made.filters, text);
    return made;
  }
  made.is_single = way.spec.is_single;
  auto request = with_value(way.spec.list.request, text, wire);
  auto path = with_value(way.spec.path, text);
  if (made.is_single) {
    hole_values values;
    values.asked = asked;
    request.path = std::move(path);
    made.single = fill(request, values);
    return made;
  }
  made.list.path = path_text(path);
  made.list.request = std::move(request);
  return made;
}

match_hits::match_hits(const match_way& way)
    : way_(way), at_(std::vector<shown_place>{way.place}), item_ids_(way.spec.list.id) {}

void match_hits::begin(std::string json) {
  json_ = std::move(json);
  ids_.clear();
}

match_hits::seen match_hits::see(std::string_view resource) {
  constexpr std::array<std::uint32_t, 1> wanted{0};
  if (!at_.locate(parser_, resource, wanted)) return seen::unreadable;
  const auto& value = at_[0];
  if (value.is != located::kind::value) return seen::other;
  const bool fits = way_.nocase ? without_case(json_) == without_case(value.text)
                                : comparer_.compare(comparison::exact, json_, value.text) == equality::equal;
  if (!fits) return seen::other;
  const auto id = item_ids_.read(resource);
  if (!id || id->empty()) return seen::no_id;
  const bool is_new =
      std::ranges::none_of(ids_, [&](const std::string& known) { return same_id(known, *id, way_.ids); });
  if (is_new && ids_.size() < matched_value::most_ids) ids_.emplace_back(*id);
  return seen::fits;
}

}  // namespace pawl::api

#include "engine/api/drift.hpp"

#include "engine/api/shown.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

#include <algorithm>
#include <string>

namespace pawl::api {
namespace {

std::vector<shown_place> places_of(const profile& p) {
  std::vector<shown_place> places{{p.reply.id, {}}};
  for (const auto& f : p.fields) places.push_back(place_of(f));
  return places;
}

}  // namespace

drift_reader::drift_reader(const profile& p) : api_(p), root_(p.reply.read_root), at_(places_of(p)) {}

// The field by which a read shows a written field: itself, or the target of a set verb; unset if no read
// shows it.
std::optional<field_index> drift_reader::shown_by(std::string_view name) const {
  auto field = api_.find(name);
  if (field && api_[*field].verb != set_verb::none) field = api_[*field].verb_target;
  return field && is_echoed(api_[*field]) ? field : std::nullopt;
}

standing drift_reader::compare_verb(const field_spec& verb, std::string_view json, const located& shown) {
  if (shown.is == located::kind::absent) return standing::unclear;
  const auto how = api_[verb.verb_target].compare;
  bool sound = true, as_wanted = true;
  const auto is_in = [&](std::string_view id) {
    bool found = false;
    const auto look_at = [&](std::string_view element) {
      found = found || comparer_.compare_element(how, id, element) == equality::equal;
      return true;
    };
    if (shown.is == located::kind::list)
      std::ranges::for_each(shown.elements, look_at);
    else if (shown.text != "null")
      sound = for_each_element(shown.text, look_at) && sound;
    return found;
  };
  const auto one = [&](std::string_view element) {
    auto id = element;
    std::string name;
    if (takes_names(verb.verb)) {
      if (names_ == nullptr || !is_string_token(element) || !append_unescaped(name, element)) return false;
      const auto known = names_->find(name);
      if (known.is != name_directory::match::id) return false;
      id = known.id_json;
    }
    as_wanted = as_wanted && is_in(id) == adds(verb.verb);
    return true;
  };
  if (!for_each_element(json, one) || !sound) return standing::unclear;
  return as_wanted ? standing::as_written : standing::drifted;
}

bool drift_reader::read(std::string_view body, std::string_view id, std::span<const expected_value> expected,
                        std::vector<field_standing>& into) {
  into.assign(expected.size(), {});
  return root_.take(body) == resource_root::found::there && compare(body, id, expected, into);
}

bool drift_reader::compare(std::string_view resource, std::string_view id,
                           std::span<const expected_value> expected, std::vector<field_standing>& into) {
  into.assign(expected.size(), {});
  wanted_.clear();
  all_stand_there_ = true;
  if (!api_.reply.id.empty()) wanted_.push_back(0);
  for (const auto& e : expected) {
    const auto field = shown_by(e.field);
    if (!field) continue;
    const auto path = place_behind_id(*field);
    if (std::ranges::find(wanted_, path) == wanted_.end()) wanted_.push_back(path);
  }
  if (!at_.locate(parser_, resource, wanted_)) return false;
  if (!api_.reply.id.empty() && !shows_id(at_[0], id, api_.reply)) return false;

  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto field = shown_by(expected[i].field);
    if (!field) continue;
    const auto& shown = at_[place_behind_id(*field)];
    const auto how = api_[*field].compare;
    if (shown.is == located::kind::absent) all_stand_there_ = false;
    if (const auto& named = api_[*api_.find(expected[i].field)]; named.verb != set_verb::none) {
      if (shown.is == located::kind::broken) return false;
      into[i].is = compare_verb(named, expected[i].json, shown);
      if (into[i].is == standing::drifted) append_shown(into[i].shown, shown);
      continue;
    }
    const auto same = shown.is == located::kind::absent
                          ? comparer_.compare(how, expected[i].json, "null")
                          : compare_shown(comparer_, how, expected[i].json, shown);
    if (same == equality::malformed) return false;
    if (same == equality::equal) {
      into[i].is = standing::as_written;
    } else if (how != comparison::text) {
      into[i].is = standing::drifted;
      append_shown(into[i].shown, shown);
    }
  }
  return true;
}

bool drift_reader::confirms(std::string_view item, std::string_view id,
                            std::span<const expected_value> expected, std::vector<field_standing>& into) {
  if (!compare(item, id, expected, into) || !all_stand_there_) return false;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (shown_by(expected[i].field) && into[i].is != standing::as_written) return false;
  }
  return true;
}

}  // namespace pawl::api

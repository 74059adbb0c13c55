#include "engine/api/drift.hpp"

#include "engine/api/shown.hpp"

#include <algorithm>

namespace pawl::api {
namespace {

std::vector<json_path> paths_of(const profile& p) {
  std::vector<json_path> paths{p.reply.id};
  for (const auto& f : p.fields) paths.push_back(is_echoed(f) ? f.echo : json_path{});
  return paths;
}

std::uint32_t path_of(field_index f) {
  return static_cast<std::uint32_t>(to_index(f)) + 1;
}

}  // namespace

drift_reader::drift_reader(const profile& p) : api_(p), at_(paths_of(p)) {}

bool drift_reader::read(std::string_view body, std::string_view id, std::span<const expected_value> expected,
                        std::vector<field_standing>& into) {
  into.assign(expected.size(), {});
  wanted_.clear();
  all_stand_there_ = true;
  if (!api_.reply.id.empty()) wanted_.push_back(0);
  for (const auto& e : expected) {
    const auto field = api_.find(e.field);
    if (!field || !is_echoed(api_[*field])) continue;
    const auto path = path_of(*field);
    if (std::ranges::find(wanted_, path) == wanted_.end()) wanted_.push_back(path);
  }
  if (!at_.locate(parser_, body, wanted_)) return false;
  if (!api_.reply.id.empty() && !shows_id(at_[0], id, api_.reply)) return false;

  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto field = api_.find(expected[i].field);
    if (!field || !is_echoed(api_[*field])) continue;
    const auto& shown = at_[path_of(*field)];
    const auto how = api_[*field].compare;
    if (shown.is == located::kind::absent) all_stand_there_ = false;
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

bool drift_reader::settles(std::string_view item, std::string_view id,
                           std::span<const expected_value> expected, std::vector<field_standing>& into) {
  if (!read(item, id, expected, into) || !all_stand_there_) return false;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto field = api_.find(expected[i].field);
    const bool is_shown = field && is_echoed(api_[*field]);
    if (is_shown && into[i].is != standing::as_written) return false;
  }
  return true;
}

}  // namespace pawl::api

#include "engine/api/field_locator.hpp"

#include "engine/api/shown.hpp"

#include <algorithm>
#include <utility>

namespace pawl::api {
namespace {

std::vector<json_path> paths_of(const std::vector<shown_place>& places) {
  std::vector<json_path> paths;
  paths.reserve(places.size());
  for (const auto& place : places) paths.push_back(place.path);
  return paths;
}

}  // namespace

field_locator::field_locator(std::vector<shown_place> places) : at_(paths_of(places)) {
  const auto as_shown = [](const shown_place& p) { return p.codec.reads_as_shown(); };
  if (std::ranges::all_of(places, as_shown)) return;
  for (auto& place : places) codecs_.push_back(std::move(place.codec));
  texts_.resize(codecs_.size());
}

void field_locator::read(std::span<const std::uint32_t> wanted) {
  for (const auto place : wanted) {
    const auto& codec = codecs_[place];
    const auto& shown = at_[place];
    if (codec.reads_as_shown() || (shown.is != located::kind::value && shown.is != located::kind::list))
      continue;
    std::string list;
    if (shown.is == located::kind::list) append_shown(list, shown);
    auto& text = texts_[place];
    text.clear();
    codec.append_read(text, shown.is == located::kind::list ? std::string_view{list} : shown.text);
    at_.put(place, text);
  }
}

}  // namespace pawl::api

#include "cli/render/profile_texts.hpp"

#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace pawl::cli {
namespace {

std::string value_in_words(const app::reading& r) {
  if (r.is != app::reading::state::not_shown) return r.text;
  return r.text.empty() ? "not shown" : "not shown: " + r.text;
}

}  // namespace

std::string profile_check_lines(const app::profile_check_answer& answer) {
  std::size_t names = 0, places = 0;
  for (const auto& r : answer.readings) {
    names = std::max(names, r.name.size());
    places = std::max(places, r.place.size());
  }
  std::string text;
  for (const auto& r : answer.readings)
    text +=
        printable_line(fmt::format("{} {:<{}}  {:<{}}  {}", r.is == app::reading::state::wrong ? '!' : ' ',
                                   r.name, names, r.place, places, value_in_words(r)));
  return text;
}

}  // namespace pawl::cli

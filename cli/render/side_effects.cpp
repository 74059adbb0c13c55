#include "cli/render/side_effects.hpp"

#include "engine/api/quiet_write.hpp"
#include "engine/text/ascii.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <string_view>

namespace pawl::cli {
namespace {

bool is_word(char c) noexcept {
  return is_alphanumeric(c) || c == '_';
}

// Whether a side effect concerns this run. One that is about fields (it begins with the name of one, or names
// one that has a `_` and so is no plain word) concerns a run that writes one of them; any other concerns
// every run.
bool concerns(const std::string& effect, const api::profile& p,
              const std::vector<std::uint64_t>& rows_with_field) {
  bool about_fields = false;
  for (std::size_t at = 0; at < effect.size();) {
    auto end = at;
    while (end < effect.size() && is_word(effect[end])) ++end;
    const std::string_view word{effect.data() + at, end - at};
    if (at == 0 || word.find('_') != std::string_view::npos)
      if (const auto field = p.find(word)) {
        if (to_index(*field) < rows_with_field.size() && rows_with_field[to_index(*field)] > 0) return true;
        about_fields = true;
      }
    at = end + 1;
  }
  return !about_fields;
}

}  // namespace

std::vector<std::string> side_effects(const api::profile& p,
                                      const std::vector<std::uint64_t>& rows_with_field) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < p.fields.size() && i < rows_with_field.size(); ++i)
    if (const auto& f = p.fields[i]; rows_with_field[i] > 0 && !f.also_changes.empty())
      all.push_back(fmt::format("{} also changes {}", f.name, fmt::join(f.also_changes, ", ")));
  for (const auto& effect : p.side_effects)
    if (concerns(effect, p, rows_with_field)) all.push_back(effect);
  return all;
}

std::string notices_in_words(const api::profile& p, bool is_quiet) {
  if (!api::can_write_quietly(p)) return {};
  return is_quiet ? fmt::format("nobody, as far as the API grants it: each write has {} (--quiet-api)",
                                api::quiet_in_words(p))
                  : fmt::format("whom the API tells of any change; --quiet-api asks it to tell nobody ({})",
                                api::quiet_in_words(p));
}

std::string body_in_words(const api::profile& p) {
  if (p.body_is == api::body_content::row) return "all fields of the row, as soon as one of them differs";
  if (p.body_is != api::body_content::whole) return {};
  // A field that only triggers something, or that belongs to another field, is no state that could be lost.
  std::vector<std::string> hidden;
  for (const auto& f : p.fields)
    if (f.compare == api::comparison::none && f.verb == api::set_verb::none && f.replay_safe && !f.rides_with)
      hidden.push_back(f.name);
  std::string text = "the whole resource as it was read, with the values of the row put in";
  if (!hidden.empty()) text += fmt::format("; not {}, which no read shows", fmt::join(hidden, ", "));
  return text;
}

}  // namespace pawl::cli

#include "engine/app/recorded_input.hpp"

#include "engine/app/ledger_refusals.hpp"
#include "engine/app/recorded_settings.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace pawl::app {
namespace {

failure no_input(const ledger::generation_row& generation, const std::string& what) {
  return {failure_kind::usage, generation.input_path, what,
          "put back the file that was run: it says what each row wanted"};
}

}  // namespace

expected<input::source_options> shaping_of(const ledger::generation_row& generation) {
  const recorded_settings settings(generation.settings);
  if (!settings.readable())
    return failure{failure_kind::mend, "generation.settings", "are not the JSON that a run writes there",
                   "the ledger was changed by hand: put the text back"};
  input::source_options options;
  const auto given = settings.text(shaping_key::format);
  const auto by_header = generation.header.empty() ? input::file_format::ndjson : input::file_format::csv;
  options.format =
      given ? find_named(input::file_formats, *given).value_or(input::file_format::ndjson) : by_header;
  options.id_column = settings.text(shaping_key::id_column).value_or("");
  options.ignore = settings.texts(shaping_key::ignore_column);
  for (const auto& text : settings.texts(shaping_key::map))
    if (const auto at = text.rfind('='); at != std::string::npos)
      options.map.emplace_back(text.substr(0, at), text.substr(at + 1));
  for (const auto& text : settings.texts(shaping_key::set))
    if (const auto at = text.find('='); at != std::string::npos)
      options.set.emplace_back(text.substr(0, at), text.substr(at + 1));
  options.conditions = settings.texts(shaping_key::only_if);
  options.fill_empty = settings.texts(shaping_key::fill_empty);
  options.match = settings.text(shaping_key::match).value_or("");
  if (auto token = settings.text(shaping_key::null_token)) options.null_token = *std::move(token);
  if (const auto c = settings.character(shaping_key::separator)) options.list_separator = *c;
  options.delimiter = settings.character(shaping_key::delimiter);
  return options;
}

expected<input::job_source> open_input_of(const ledger::generation_row& generation,
                                          const api::profile& profile) {
  const auto options = shaping_of(generation);
  if (!options) return options.error();
  auto opened = input::job_source::open(generation.input_path, profile, *options);
  if (!opened) return no_input(generation, "the input of that run cannot be read: " + opened.error().what);
  auto identity = opened->identity();
  if (!identity) return std::move(identity.error());
  if (*identity != generation.input)
    return no_input(generation,
                    fmt::format("is not what was run: {} changed", difference(generation, *identity)));
  return opened;
}

}  // namespace pawl::app

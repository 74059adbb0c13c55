#include "cli/generation_input.hpp"

#include "cli/generation_choice.hpp"
#include "engine/api/json_text.hpp"
#include "engine/api/value_locator.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::cli {
namespace {

// Positions in `keys`.
enum key : std::uint32_t {
  format,
  id_column,
  map,
  ignore_column,
  set,
  only_if,
  null_token,
  separator,
  delimiter,
  count
};
constexpr std::array<std::string_view, key::count> keys{
    "input.format",  "input.id_column", "input.map",          "input.ignore_column", "input.set",
    "input.only_if", "csv.null",        "csv.list_separator", "csv.delimiter"};

std::vector<api::json_path> paths() {
  std::vector<api::json_path> all;
  for (const auto name : keys) all.push_back({{std::string{name}, false}});
  return all;
}

class settings_text {
 public:
  explicit settings_text(std::string_view json) : text_(json), at_(paths()) {
    constexpr std::size_t padding = 64;  // of simdjson
    const auto size = text_.size();
    text_.resize(size + padding, ' ');
    std::array<std::uint32_t, key::count> wanted{};
    for (std::uint32_t i = 0; i < key::count; ++i) wanted[i] = i;
    readable_ = at_.locate(parser_, std::string_view{text_}.substr(0, size), wanted);
  }

  bool readable() const noexcept { return readable_; }

  // nullopt: null, or not there.
  std::optional<std::string> text(key k) const {
    const auto& found = at_[k];
    std::string plain;
    if (found.is != api::located::kind::value || !api::is_string_token(found.text) ||
        !api::append_unescaped(plain, found.text))
      return std::nullopt;
    return plain;
  }

  std::optional<char> character(key k) const {
    const auto found = text(k);
    if (!found || found->empty()) return std::nullopt;
    return *found == "tab" || *found == "\\t" ? '\t' : found->front();
  }

  std::vector<std::string> texts(key k) const {
    std::vector<std::string> all;
    const auto add = [&all](std::string_view element) {
      std::string plain;
      if (!api::is_string_token(element) || !api::append_unescaped(plain, element)) return false;
      all.push_back(std::move(plain));
      return true;
    };
    if (at_[k].is == api::located::kind::value && !api::for_each_element(at_[k].text, add)) all.clear();
    return all;
  }

 private:
  std::string text_;
  api::json_parser parser_;
  api::value_locator at_;
  bool readable_ = false;
};

failure no_input(const ledger::generation_row& generation, const std::string& what) {
  return {failure_kind::usage, generation.input_path, what,
          "put back the file that was run: it says what each row wanted"};
}

}  // namespace

expected<input::source_options> shaping_of(const ledger::generation_row& generation) {
  const settings_text settings(generation.settings);
  if (!settings.readable())
    return failure{failure_kind::mend, "generation.settings", "are not the JSON that a run writes there",
                   "the ledger was changed by hand: put the text back"};
  input::source_options options;
  const auto given = settings.text(key::format);
  const bool csv = given ? *given == "csv" : !generation.header.empty();
  options.format = csv ? input::file_format::csv : input::file_format::ndjson;
  options.id_column = settings.text(key::id_column).value_or("");
  options.ignore = settings.texts(key::ignore_column);
  for (const auto& text : settings.texts(key::map))
    if (const auto at = text.rfind('='); at != std::string::npos)
      options.map.emplace_back(text.substr(0, at), text.substr(at + 1));
  for (const auto& text : settings.texts(key::set))
    if (const auto at = text.find('='); at != std::string::npos)
      options.set.emplace_back(text.substr(0, at), text.substr(at + 1));
  options.conditions = settings.texts(key::only_if);
  if (auto token = settings.text(key::null_token)) options.null_token = *std::move(token);
  if (const auto c = settings.character(key::separator)) options.list_separator = *c;
  options.delimiter = settings.character(key::delimiter);
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
                    fmt::format("is not what was run: {} changed", difference(generation.input, *identity)));
  return opened;
}

}  // namespace pawl::cli

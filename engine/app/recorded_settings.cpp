#include "engine/app/recorded_settings.hpp"

#include "engine/model/option.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <variant>

namespace pawl::app {
namespace {

struct known_key {
  std::string_view key;                         // the member's name in the JSON
  std::variant<std::string_view, option> name;  // what people write; empty: it is no setting of theirs
  bool is_list;
};

// Indexed by shaping_key.
constexpr std::array<known_key, 20> keys{
    {{"input.format", option::format, false},
     {"input.id_column", option::id_column, false},
     {"input.map", option::map, true},
     {"input.ignore_column", option::ignore_column, true},
     {"input.set", option::set, true},
     {"input.only_if", option::only_if, true},
     {"input.fill_empty", option::fill_empty, true},
     {"input.match", option::match, false},
     {"csv.null", "csv.null", false},
     {"csv.list_separator", "csv.list_separator", false},
     {"csv.delimiter", "csv.delimiter", false},
     {"read_first", "read_first", false},
     {"limits.write", option::rate, false},
     {"profile.shape", "what the profile says of requests and fields", false},
     {"write.body_is", "write.body_is of the profile", false},
     {"validated.print", std::string_view{}, false},
     {"validated.under", std::string_view{}, false},
     {"validated.counts", std::string_view{}, true},
     {"validated.fields", std::string_view{}, true},
     {"validated.swap", std::string_view{}, true}}};

std::vector<json_path> paths() {
  std::vector<json_path> all;
  for (const auto& k : keys) all.push_back({{std::string{k.key}, false}});
  return all;
}

std::string name_of(const known_key& k) {
  const auto* is = std::get_if<option>(&k.name);
  return is != nullptr ? to_string(*is) : std::string{std::get<std::string_view>(k.name)};
}

std::string value_shown(const recorded_settings& settings, std::size_t key) {
  const auto k = static_cast<shaping_key>(key);
  if (!keys[key].is_list) {
    const auto text = settings.text(k);
    return text ? printable(*text, 100) : "not given";
  }
  std::string all;
  for (const auto& text : settings.texts(k)) all += (all.empty() ? "" : " ") + printable(text, 100);
  return all.empty() ? "not given" : all;
}

}  // namespace

recorded_settings::recorded_settings(std::string_view json) : text_(json), at_(paths()) {
  const auto size = text_.size();
  text_.resize(size + json_padding, ' ');
  std::array<std::uint32_t, keys.size()> wanted{};
  for (std::uint32_t i = 0; i < wanted.size(); ++i) wanted[i] = i;
  readable_ = at_.locate(parser_, std::string_view{text_}.substr(0, size), wanted);
}

std::optional<std::string> recorded_settings::text(shaping_key k) const {
  const auto& found = at(k);
  std::string plain;
  if (found.is != located::kind::value || !is_string_token(found.text) ||
      !append_unescaped(plain, found.text))
    return std::nullopt;
  return plain;
}

std::optional<char> recorded_settings::character(shaping_key k) const {
  const auto found = text(k);
  if (!found || found->empty()) return std::nullopt;
  return *found == "tab" || *found == "\\t" ? '\t' : found->front();
}

std::vector<std::string> recorded_settings::texts(shaping_key k) const {
  std::vector<std::string> all;
  const auto add = [&all](std::string_view element) {
    std::string plain;
    if (!is_string_token(element) || !append_unescaped(plain, element)) return false;
    all.push_back(std::move(plain));
    return true;
  };
  if (at(k).is == located::kind::value && !for_each_element(at(k).text, add)) all.clear();
  return all;
}

std::vector<std::string> changed_settings(std::string_view before_json, std::string_view now_json) {
  std::vector<std::string> changed;
  if (before_json.empty() || now_json.empty()) return changed;
  const recorded_settings before(before_json), now(now_json);
  if (!before.readable() || !now.readable()) return changed;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto k = static_cast<shaping_key>(i);
    if (k == shaping_key::write_limit || name_of(keys[i]).empty()) continue;
    const bool same = keys[i].is_list ? before.texts(k) == now.texts(k) : before.text(k) == now.text(k);
    // A copy of standard input is read with --format and the file itself by its name; earlier versions kept
    // no body_is. So a value that is missing on one side is no difference.
    const bool found_out = (k == shaping_key::format || k == shaping_key::delimiter ||
                            k == shaping_key::body_is || k == shaping_key::profile) &&
                           (!before.text(k) || !now.text(k));
    if (same || found_out) continue;
    if (k == shaping_key::profile) {
      changed.push_back(name_of(keys[i]) + " has changed");  // the record has a digest only
      continue;
    }
    changed.push_back(
        fmt::format("{} was {} and is {}", name_of(keys[i]), value_shown(before, i), value_shown(now, i)));
  }
  return changed;
}

}  // namespace pawl::app

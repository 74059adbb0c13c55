#include "config/profile_variables.hpp"

#include "config/request_holes.hpp"
#include "engine/http/endpoint.hpp"
#include "engine/text/ascii.hpp"
#include "engine/text/dot_segment.hpp"
#include "engine/text/nearest.hpp"
#include "engine/text/printable.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <utility>
#include <variant>

namespace pawl::config {
namespace {

constexpr std::size_t longest_value = 256, longest_pattern = 256;  // characters; chosen
// Names that holes have already.
constexpr std::array<std::string_view, 11> taken{"id",   "fields", "value", "asked",      "key", "cursor",
                                                 "page", "offset", "token", "was_header", "was"};

bool is_plain_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_'; });
}

std::optional<std::regex> compiled(const std::string& pattern) {
  try {
    return std::regex(pattern, std::regex::ECMAScript);
  } catch (const std::regex_error&) {
    return std::nullopt;
  }
}

bool matches(const std::string& value, const std::regex& pattern) {
  try {
    return std::regex_match(value, pattern);
  } catch (const std::regex_error&) {
    return false;  // the pattern takes too long
  }
}

bool is_dns_label(std::string_view text) {
  constexpr std::size_t longest = 63;  // RFC 1035 section 2.3.4
  return !text.empty() && text.size() <= longest && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

// What a variable without a value shows in its place, where that is allowed.
std::string stand_in(std::string name) {
  std::ranges::replace(name, '_', '-');
  return name;
}

std::string shown(const std::string& value) {
  std::string text;
  append_printable(text, value, 64);
  return text;
}

// Whether the text has the hole {name}; `{{` is a brace.
bool has_hole(std::string_view text, std::string_view name) {
  for (auto at = text.find('{'); at != std::string_view::npos; at = text.find('{', at)) {
    ++at;
    if (text.substr(at).starts_with('{'))
      ++at;
    else if (text.substr(at, text.find('}', at) - at) == name)
      return true;
  }
  return false;
}

bool has_hole(const toml_value& value, std::string_view name) {
  if (const auto* text = std::get_if<std::string>(&value.is)) return has_hole(*text, name);
  if (const auto* list = std::get_if<toml_list>(&value.is))
    return std::ranges::any_of(*list, [name](const toml_value& v) { return has_hole(v, name); });
  if (const auto* table = std::get_if<toml_table>(&value.is))
    return std::ranges::any_of(*table, [name](const toml_entry& e) { return has_hole(e.value, name); });
  return false;
}

void take_value(table_reader& vars, const given_variables& given, api::profile_variable& v,
                const std::regex& pattern, const std::string& profile) {
  auto& all = vars.complaints().all;
  const auto at = std::ranges::find(given.values, v.name, &given_variable::name);
  const bool is_found = at != given.values.end();
  if (!is_found || at->is == given_variable::meant_for::another) {
    std::string what = "has no value, and the profile " + profile + " needs one";
    if (is_found) what += " (" + at->place + " gives it to another profile, which that file names)";
    if (given.may_lack)
      v.value = stand_in(v.name);
    else
      vars.complain(v.name, what,
                    "give it with -o vars." + v.name + "=VALUE, or as " + v.name +
                        " = \"VALUE\" under [vars] in pawl.toml; it must match " + v.pattern);
    return;
  }
  v.value = at->value;
  const bool plain = !at->value.empty() && at->value.size() <= longest_value && !has_dot_segment(at->value) &&
                     std::ranges::none_of(at->value, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (!plain || !matches(at->value, pattern))
    all.push_back(
        {failure_kind::usage, at->place,
         "\"" + shown(at->value) + "\" cannot be a value of {" + v.name + "} of the profile " + profile,
         "it must match " + v.pattern + ", and be no empty text and no . or .."});
}

}  // namespace

void read_variables(table_reader& root, const given_variables& given, api::profile& profile) {
  std::vector<std::string_view> known;
  auto vars = root.table("vars");
  if (vars) {
    for (const auto& entry : vars->entries()) {
      known.push_back(entry.key);
      const auto pattern = vars->text(entry.key);
      if (!is_plain_name(entry.key)) {
        vars->complain(entry.key, "is not the name of a variable", "use letters, digits and _");
        continue;
      }
      if (std::ranges::find(taken, entry.key) != taken.end()) {
        vars->complain(entry.key, "is the name of a hole that every profile has", "use another name");
        continue;
      }
      if (!pattern) continue;
      const auto regex = pattern->size() <= longest_pattern ? compiled(*pattern) : std::nullopt;
      if (!regex) {
        vars->complain(entry.key, "\"" + shown(*pattern) + "\" is not a pattern",
                       "write what a value looks like, such as \"[a-z0-9-]+\"");
        continue;
      }
      profile.variables.push_back({entry.key, *pattern, {}});
      take_value(*vars, given, profile.variables.back(), *regex, profile.name);
    }
  }
  for (const auto& value : given.values) {
    if (value.is != given_variable::meant_for::this_profile) continue;
    if (std::ranges::find(known, value.name) != known.end()) continue;
    const auto near = nearest(value.name, known);
    const auto remedy = known.empty()  ? std::string{"remove it: the profile has no variables"}
                        : near.empty() ? "its variables are " + [&known] {
                            std::string all;
                            for (const auto name : known) (all += all.empty() ? "" : ", ") += name;
                            return all;
                          }()
                                       : "did you mean vars." + std::string{near} + "?";
    root.complaints().all.push_back(
        {failure_kind::usage, value.place,
         "the profile " + profile.name + " has no variable \"" + shown(value.name) + "\"", remedy});
  }
}

void check_variables(table_reader& root, const api::profile& profile) {
  // These hold texts for people and patterns, which are not filled in.
  constexpr std::array<std::string_view, 2> no_templates{"vars", "side_effects"};
  for (const auto& v : profile.variables) {
    const bool is_used = std::ranges::any_of(root.entries(), [&](const toml_entry& entry) {
      return std::ranges::find(no_templates, entry.key) == no_templates.end() &&
             has_hole(entry.value, v.name);
    });
    if (auto vars = is_used ? std::nullopt : root.table("vars"))
      vars->complain(
          v.name, "is used nowhere",
          "put {" + v.name + "} where its value belongs, such as into base_url or a path, or remove it");
  }
}

void read_base_url(table_reader& root, api::profile& profile) {
  auto url = root.required_text("base_url", "add base_url = \"https://...\"");
  if (!url) return;
  while (url->ends_with('/')) url->pop_back();

  const auto scheme = url->find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  const auto host = std::string_view{*url}.substr(begin, url->find('/', begin) - begin);
  for (const auto& v : profile.variables) {
    if (host.find("{" + v.name + "}") == std::string_view::npos || v.value.empty()) continue;
    if (!is_dns_label(v.value))
      root.complain("base_url", "\"" + shown(v.value) + "\" cannot be {" + v.name + "} in a host name",
                    "one label of a host name has up to 63 letters, digits and - (no dot)");
  }
  if (const auto last = host.rfind('}'); last != std::string_view::npos) {
    const auto domain = host.substr(last + 1);
    if (!domain.starts_with('.') || domain.find('.', 1) == std::string_view::npos)
      root.complain("base_url", "lets a variable decide whose host it is",
                    "let the host end in the API's own domain: https://{site}.example.com");
  }
  const hole_reader holes(profile.variables);
  auto filled = holes.filled(root, "base_url", *url, template_place::path);
  if (!filled) return;
  // A variable that lacks its value has been complained of.
  const bool lacks = std::ranges::any_of(profile.variables, [](const auto& v) { return v.value.empty(); });
  if (!lacks)
    // The config file decides whether plain http may reach a private address (api.allow_http).
    if (const auto target = http::parse_endpoint(*filled, true); !target)
      root.complain("base_url", target.error().what, target.error().remedy);
  profile.base_url = *std::move(filled);
}

}  // namespace pawl::config

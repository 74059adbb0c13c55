#include "engine/app/recorded_validation.hpp"

#include "engine/app/recorded_settings.hpp"
#include "engine/input/input_digest.hpp"
#include "engine/text/json_string.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

namespace pawl::app {
namespace {

using input::validation_report;

constexpr std::string_view passed_name = "*";  // fields that the profile passes on; no field is named so

struct recorded_count {
  std::string_view name;
  std::uint64_t validation_report::* rows;
};
constexpr std::array<recorded_count, 4> counts{
    {{"bad", &validation_report::bad_rows},
     {"expect", &validation_report::rows_with_expect},
     {"verbs", &validation_report::rows_with_verbs},
     {"not_replay_safe", &validation_report::rows_not_replay_safe}}};

void add_unsafe_members(input::shape_text& to, const std::vector<api::member_spec>& members) {
  for (const auto& m : members) {
    if (!m.replay_safe) to.add("not replay safe", m.name);
    add_unsafe_members(to, m.members);
  }
}

// What the counts depend on, other than the rows and the settings that shape them.
std::string basis(const api::profile& profile) {
  input::shape_text shape;
  for (const auto& f : profile.fields) {
    shape.add("field", f.name);
    shape.add("verb", std::to_string(static_cast<int>(f.verb)));
    if (f.verb != api::set_verb::none) shape.add("of", profile[f.verb_target].name);
    shape.add("replay_safe", f.replay_safe ? "1" : "0");
    add_unsafe_members(shape, f.members);
  }
  return input::to_hex(shape.digest());
}

std::string entry(std::string_view name, std::uint64_t rows) {
  return std::string(name) + '=' + std::to_string(rows);
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Reads "NAME=ROWS".
std::optional<std::pair<std::string_view, std::uint64_t>> parse_entry(std::string_view text) {
  const auto at = text.rfind('=');
  if (at == std::string_view::npos) return std::nullopt;
  const auto rows = number(text.substr(at + 1));
  if (!rows) return std::nullopt;
  return std::pair{text.substr(0, at), *rows};
}

void append_list(std::string& to, std::string_view key, const std::vector<std::string>& texts) {
  to += ",\"";
  to += key;
  to += "\":[";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) to += ',';
    append_json_string(to, texts[i]);
  }
  to += ']';
}

}  // namespace

std::string with_validation(std::string settings_json, const validation_report& report,
                            const api::profile& profile) {
  constexpr std::size_t longest_element = 4096;  // chosen: no tag has so long a name
  if (!settings_json.ends_with('}') || settings_json.size() <= 2) return settings_json;
  settings_json.pop_back();
  settings_json += ",\"validated.print\":\"" + input::to_hex(report.print) + '"';
  const auto swap = report.swap.found();
  if (swap && swap->removed.size() + swap->added.size() > longest_element) return settings_json += '}';
  settings_json += ",\"validated.under\":\"" + basis(profile) + '"';
  std::vector<std::string> texts;
  for (const auto& c : counts) texts.push_back(entry(c.name, report.*c.rows));
  append_list(settings_json, "validated.counts", texts);
  texts.clear();
  for (std::size_t i = 0; i < profile.fields.size(); ++i)
    if (report.rows_with_field[i] > 0)
      texts.push_back(entry(profile.fields[i].name, report.rows_with_field[i]));
  if (report.rows_with_field.back() > 0) texts.push_back(entry(passed_name, report.rows_with_field.back()));
  append_list(settings_json, "validated.fields", texts);
  texts.clear();
  if (swap) texts = {swap->removed, swap->added, std::to_string(swap->rows)};
  append_list(settings_json, "validated.swap", texts);
  return settings_json += '}';
}

std::optional<validation_report> recorded_validation(std::string_view settings_json,
                                                     const api::profile& profile) {
  const recorded_settings recorded(settings_json);
  if (!recorded.readable() || recorded.text(shaping_key::validated_under) != basis(profile))
    return std::nullopt;
  validation_report report;
  const auto of_input = recorded.texts(shaping_key::validated_counts);
  if (of_input.size() != counts.size()) return std::nullopt;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto one = parse_entry(of_input[i]);
    if (!one || one->first != counts[i].name) return std::nullopt;
    report.*counts[i].rows = one->second;
  }
  report.rows_with_field.resize(profile.fields.size() + 1);
  const auto fields = recorded.texts(shaping_key::validated_fields);
  if (fields.empty()) return std::nullopt;  // a good row has at least one field
  for (const auto& text : fields) {
    const auto one = parse_entry(text);
    if (!one) return std::nullopt;
    const auto field = profile.find(one->first);
    if (!field && one->first != passed_name) return std::nullopt;
    (field ? report.rows_with_field[to_index(*field)] : report.rows_with_field.back()) = one->second;
  }
  const auto swap = recorded.texts(shaping_key::validated_swap);
  if (swap.size() == 3) {
    const auto rows = number(swap[2]);
    if (!rows) return std::nullopt;
    report.swap = input::swap_watch({swap[0], swap[1], *rows});
  }
  return report;
}

std::optional<input::keyed_fingerprint> recorded_print(std::string_view settings_json) {
  const auto hex = recorded_settings(settings_json).text(shaping_key::validated_print);
  return hex ? input::parse_keyed_fingerprint(*hex) : std::nullopt;
}

}  // namespace pawl::app

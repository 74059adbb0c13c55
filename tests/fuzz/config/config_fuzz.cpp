#include "tests/fuzz/config/config_fuzz.hpp"

#include "config/profile_loader.hpp"
#include "config/setting_keys.hpp"
#include "config/settings.hpp"
#include "engine/input/json_reader.hpp"
#include "tests/fuzz/promise.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace pawl::config::fuzzing {
namespace {

using pawl::fuzzing::promise;

constexpr const char* secret = "pl_v2_veryMUCHaSECRET";

std::vector<std::string> texts_of(const std::vector<failure>& complaints) {
  std::vector<std::string> texts;
  for (const auto& each : complaints) {
    promise(each.kind == failure_kind::usage && !each.what.empty(),
            "a complaint of another kind, or without a word");
    texts.push_back(to_string(each));
  }
  return texts;
}

// The config file of every load, in a directory of this process.
const std::string& config_file() {
  static const struct place {
    std::filesystem::path directory;
    std::string file;
    place() {
      auto pattern = (std::filesystem::temp_directory_path() / "pawl-fuzz-XXXXXX").string();
      promise(::mkdtemp(pattern.data()) != nullptr, "no temporary directory");
      directory = pattern;
      file = (directory / "pawl.toml").string();
    }
    ~place() {
      std::error_code left_behind;  // in the temporary directory: nothing to be done about it
      std::filesystem::remove_all(directory, left_behind);
    }
  } here;
  return here.file;
}

void add_flag(raw_options& raw, std::string_view name, const std::string& value) {
  if (name == "o") raw.overrides.push_back(value);
  if (name == "map") raw.map.push_back(value);
  if (name == "set") raw.set.push_back(value);
  if (name == "ignore-column") raw.ignore_column.push_back(value);
  if (name == "only-if") raw.only_if.push_back(value);
  if (name == "id-column") raw.id_column = value;
  if (name == "format") raw.format = value;
  if (name == "limit") raw.limit = value;
  if (name == "input") raw.input = value;
  for (const auto& key : setting_keys()) {
    if (key.flag.size() < 3 || key.flag.substr(2) != name) continue;
    if (key.single != nullptr) raw.*key.single = value;
    if (key.repeated != nullptr) (raw.*key.repeated).push_back(value);
  }
}

raw_options flags_of(std::string_view text) {
  raw_options raw;
  raw.config_file = config_file();
  raw.input = "jobs.csv";
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto equals = line.find('=');
    if (equals != std::string_view::npos)
      add_flag(raw, line.substr(0, equals), std::string{line.substr(equals + 1)});
  }
  return raw;
}

void check_loaded(const settings& loaded) {
  input::json_reader reader;
  byte_arena arena;
  promise(reader.value(loaded.as_json, arena).has_value(),
          "what the ledger keeps of the settings is no JSON");
  promise(loaded.as_json.find(secret) == std::string::npos, "the key stands in the ledger");
  promise(loaded.token_env.empty() || loaded.token_file.empty(), "two sources of the key");
  std::set<std::string_view> keys;
  for (const auto& each : loaded.effective) {
    promise(keys.insert(each.key).second, "a setting is told twice");
    promise(each.value.find(secret) == std::string::npos, "the key is told as a setting");
  }
  promise(loaded.run.concurrency > 0 && loaded.run.retry.max_attempts > 0, "a run that cannot do anything");
}

}  // namespace

void compile(std::string_view toml_text) {
  const given_variables given{.values = {}, .may_lack = true};
  const auto first = compile_profile(toml_text, "profile.toml", given);
  const auto complaints = texts_of(first.complaints);
  promise(first.value.has_value() == complaints.empty(), "neither a profile nor complaints, or both");
  for (const auto& each : first.complaints)
    promise(each.place.starts_with("profile.toml"), "a complaint without its place");
  promise(texts_of(compile_profile(toml_text, "profile.toml", given).complaints) == complaints,
          "other complaints the second time");
  if (!first.value) return;
  const auto& profile = *first.value;
  const bool paths_of_their_own = !profile.write.path.empty() && !profile.read.path.empty();
  promise(profile.resource_path.find("{id}") != std::string::npos || paths_of_their_own,
          "a path without a place for the id");
  std::set<std::string_view> names;
  for (const auto& field : profile.fields) {
    promise(!field.name.empty() && names.insert(field.name).second, "a field without a name of its own");
    for (const auto other : field.together)
      promise(to_index(other) < profile.fields.size(), "together with a field that is not there");
    for (const auto& need : field.requires_)
      promise(to_index(need.needs) < profile.fields.size(), "needs a field that is not there");
    promise(!field.rides_with || to_index(*field.rides_with) < profile.fields.size(),
            "rides with a field that is not there");
    promise(field.verb == api::set_verb::none || to_index(field.verb_target) < profile.fields.size(),
            "a verb for a field that is not there");
  }
  for (const auto& field : profile.readable)
    promise(!field.path.empty() && names.insert(field.name).second, "a readable without a name of its own");
}

void load(std::string_view text) {
  for (const auto* system : {"/dev", "/proc", "/sys"})
    if (text.find(system) != std::string_view::npos) return;
  const auto end = text.find('\0');
  {
    std::ofstream file(config_file(), std::ios::binary | std::ios::trunc);
    file << text.substr(0, end);
    promise(static_cast<bool>(file.flush()), "the config file cannot be written");
  }
  const auto raw = flags_of(end == std::string_view::npos ? std::string_view{} : text.substr(end + 1));
  const environment env{{"HOME", "/home/ada"}, {"PRODUCTLANE_API_KEY", secret}};
  const auto first = load_settings(raw, env);
  const auto complaints = texts_of(first.complaints);
  promise(first.value.has_value() == complaints.empty(), "neither settings nor complaints, or both");
  for (const auto& each : complaints)
    promise(each.find(secret) == std::string::npos, "the key stands in a complaint");
  promise(texts_of(load_settings(raw, env).complaints) == complaints, "other complaints the second time");
  if (first.value) check_loaded(*first.value);
}

}  // namespace pawl::config::fuzzing

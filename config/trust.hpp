// Records which settings files are trusted. A file that was found, and is neither named nor trusted, may not
// decide where requests, keys or files go. The state directory keeps the path and the SHA-256 of a trusted
// file and of the profile file that it names: after a change it must be trusted again.
#pragma once

#include "config/settings.hpp"
#include "engine/model/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

// Whether a setting decides where requests, keys or files go: api.*, auth.*, tls.*, proxy, ledger.path,
// state_dir, log.file.
bool decides_trust(std::string_view key);

// The name of the settings file that is looked for if none is named.
inline constexpr std::string_view found_settings_name = "pawl.toml";

// Where the state of this user is kept if no option says so; empty: the environment does not tell.
std::string usual_state_directory(const environment&);

// A value of a file as it may be shown: without a proxy's password, and without anything that looks like a
// key.
struct shown_setting {
  std::string key, value;
  std::uint32_t line = 0;
};

// A settings file as it is at this moment.
struct settings_file {
  std::string path;    // absolute; its directory without links
  std::string record;  // what is kept of it
  std::vector<shown_setting> sets;
};

struct settings_file_look {
  std::optional<settings_file> value;
  std::vector<failure> complaints;
};
// For `pawl trust`. `path` is as given.
settings_file_look look_at_settings_file(const std::string& path);

// `text` is the content of the file; `profile` is its api.profile, empty if it has none. Reads the profile if
// that is a file.
std::string trust_record(const std::string& absolute_path, std::string_view text, const std::string& profile);
// The absolute path under which a file is trusted: links in its directory are resolved, its own name is not
// (a link to a trusted file elsewhere is not trusted).
std::string path_to_trust(const std::string& path);

enum class trust : std::uint8_t { unknown, changed, kept };
// Whether this file, as it is, was trusted. A state directory that others may write to is not believed.
trust trust_of(const std::string& state_directory, const std::string& absolute_path, std::string_view record);
// Creates the state directory if it is missing (mode 0700).
status keep_trust(const std::string& state_directory, const settings_file&);

}  // namespace pawl::config

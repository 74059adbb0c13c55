// Checked settings: one immutable value per command, with an option struct for each room of the engine.
// config/layers has raw options, layered values and complaints; the engine sees neither CLI11 nor TOML.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/app/options.hpp"
#include "engine/model/error.hpp"
#include "engine/text/name_table.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

// The options as given on the command line, unchecked. Every entry of a vector stands for one occurrence.
struct raw_options {
  std::optional<std::string> config_file, profile, base_url, ca_file, ledger, concurrency, summary,
      log_format, log_file, progress, state_dir, token_env, token_file, reserve, max_failures, limit, retry,
      format, id_column, match, proxy, cert, key, between, time_zone;
  std::vector<std::string> rate, read_rate, map, ignore_column, set, only_if, fill_empty,
      overrides;  // overrides: -o key=value
  bool no_read_first = false, force_unechoed = false, skip_invalid = false, skip_unmatched = false,
       fresh = false, again = false, yes = false, quiet = false, wait = false, allow_open_end = false;
  int verbose = 0;
  std::string input;  // path or "-"

  // For messages: the command that trusts the pawl.toml that was found, and this command with that file
  // named, as lines for a shell. Empty: not known.
  std::string trusting_command, naming_command;
};

enum class progress_kind : std::uint8_t { automatic, line, plain, none };
inline constexpr name_table<progress_kind, 4> progress_kinds{{{"auto", progress_kind::automatic},
                                                              {"line", progress_kind::line},
                                                              {"plain", progress_kind::plain},
                                                              {"none", progress_kind::none}}};
enum class log_format : std::uint8_t { text, json };
inline constexpr name_table<log_format, 2> log_formats{
    {{"text", log_format::text}, {"json", log_format::json}}};

// One setting as the layers have decided it, in the order of the reference.
struct effective_setting {
  std::string key;     // "limits.write"
  std::string value;   // as given; several rates are joined by commas; it has no secret (auth has names only,
                       // a proxy no user)
  std::string source;  // "pawl.toml:12", "--rate", "-o limits.write", "profile productlane", "default"
};

// What the command line needs beside the options of the use cases: where the token comes from, and how things
// are shown.
struct settings : app::options {
  bool target_named_by_user = false;  // the base URL is from the command line

  // Where the token comes from; exactly one is set, or neither if the profile needs no token.
  std::string token_env, token_file;

  bool yes = false;
  progress_kind progress = progress_kind::automatic;
  log_format format = log_format::text;
  std::string log_file;
  // The files that these settings were read from; empty: there is none.
  std::string config_path, profile_path;
  int verbosity = 0;  // -1 quiet, 0, 1, 2

  std::vector<effective_setting> effective;
};

using environment = std::map<std::string, std::string, std::less<>>;

struct load_result {
  std::optional<settings> value;    // unset if there are complaints
  std::vector<failure> complaints;  // all of them, each with its source and remedy
};

// Reads the config file (--config, else PAWL_CONFIG, else a ./pawl.toml that is found) and the profile,
// merges defaults < profile < file < command line (flags and -o, each setting once), and checks the result.
// Relative paths count from the current directory, wherever they are written. A file that was found, and is
// neither named nor trusted (config/trust.hpp), may not set what decides where requests, keys or files go; if
// it does, that is the only complaint. A base URL from the command line gets no key that the profile or a
// file names, unless its host is that of the profile, or loopback. Reads no token: see config/token.hpp.
load_result load_settings(const raw_options&, const environment&);

// The profile that --profile or the config file's api.profile names; unset if neither does. For commands that
// need no other setting. With --profile the config file is not read.
struct profile_choice {
  bool is_named = false;
  std::string place;  // where it is named: "--profile", "pawl.toml:3"
  std::optional<api::profile> value;
  std::vector<failure> complaints;  // all complaints; there are some if a profile is named but has no value
};
profile_choice choose_profile(const raw_options&, const environment&);

// All settings as a Markdown table: key, flag, default, meaning.
std::string settings_reference();

// The help line of a flag that stands for a setting ("--rate"), with its default; empty for other flags.
std::string flag_help(std::string_view flag);

}  // namespace pawl::config

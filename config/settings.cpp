#include "config/settings.hpp"

#include "config/layers.hpp"
#include "config/profile_loader.hpp"
#include "config/proxy_rule.hpp"
#include "config/quantity.hpp"
#include "config/setting_keys.hpp"
#include "config/settings_checks.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace pawl::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t longest_file = 1u << 20;  // chosen: a profile or config file is written by hand

class loader {
 public:
  loader(const raw_options& raw, const environment& env) : raw_(raw), env_(env) {}

  load_result load() {
    add_command_line(layers_, raw_, complaints_);
    read_config_file();
    read_profile();
    apply_settings();
    resolve_target();
    resolve_token();
    resolve_proxy();
    resolve_paths();
    check_limits();
    add_input_options(raw_, draft_.value, complaints_);
    if (profile_known_) add_conditions(raw_, draft_.value, complaints_);
    check_combinations(raw_, draft_.value, complaints_);

    load_result result;
    result.complaints = std::move(complaints_);
    if (!result.complaints.empty()) return result;
    auto& s = draft_.value;
    s.run.transport.target = s.target;
    s.run.user_agent = "pawl/" PAWL_VERSION;
    s.run.read_first = s.read_first;
    s.run.conditions = s.conditions;
    s.run.force_unechoed = raw_.force_unechoed;
    s.effective = effective();
    s.as_json = settings_json(s, raw_);
    result.value = std::move(s);
    return result;
  }

  profile_choice choose() {
    add_command_line(layers_, raw_, complaints_);
    if (!raw_.profile) read_config_file();
    const auto* chosen = layers_.find("api.profile");
    profile_choice choice;
    choice.is_named = chosen->from != layer::defaults;
    choice.place = chosen->place;
    if (choice.is_named) read_profile();
    choice.complaints = std::move(complaints_);
    if (choice.is_named && choice.complaints.empty()) choice.value = std::move(draft_.value.profile);
    return choice;
  }

 private:
  void complain(std::string place, std::string what, std::string remedy) {
    complaints_.push_back({failure_kind::usage, std::move(place), std::move(what), std::move(remedy)});
  }

  // At the source of a setting's value.
  void complain_of(std::string_view key, const std::string& what, std::string remedy) {
    const auto* value = layers_.find(key);
    const bool names_key = value != nullptr && value->from == layer::command_line;
    complain(value == nullptr ? std::string() : value->place,
             names_key ? what : std::string(key) + ": " + what, std::move(remedy));
  }

  // The text of a small regular file; complains at `place`.
  std::optional<std::string> read_text(const std::string& path, const std::string& place,
                                       const std::string& remedy) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      complain(place, "\"" + path + "\" is a directory", remedy);
      return std::nullopt;
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      complain(place, "\"" + path + "\" cannot be read: " + std::strerror(errno), remedy);
      return std::nullopt;
    }
    std::string text(longest_file + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad()) {
      complain(place, "\"" + path + "\" cannot be read: " + std::strerror(errno), remedy);
      return std::nullopt;
    }
    if (text.size() > longest_file) {
      complain(place, "\"" + path + "\" is larger than 1 MiB", remedy);
      return std::nullopt;
    }
    return text;
  }

  void read_config_file() {
    std::string path = "pawl.toml";
    config_is_named_ = raw_.config_file.has_value();
    if (config_is_named_) {
      path = *raw_.config_file;
    } else {
      std::error_code error;
      const auto found = fs::symlink_status(path, error);
      if (found.type() == fs::file_type::not_found) return;
    }
    const auto text =
        read_text(path, config_is_named_ ? "--config" : path, "name a readable file with --config");
    if (text) add_config_file(layers_, *text, path, complaints_);
  }

  void read_profile() {
    const auto* chosen = layers_.find("api.profile");
    const auto& name = chosen->texts[0];
    const bool is_file = name.find('/') != std::string::npos || name.ends_with(".toml");
    // A file that was merely found cannot vouch for the host in another file that it names.
    profile_is_trusted_ = !is_file || chosen->from == layer::command_line || config_is_named_;

    profile_result compiled;
    if (is_file) {
      const auto text = read_text(name, chosen->place, "name a readable file with --profile");
      if (!text) return;
      compiled = compile_profile(*text, name);
    } else if (const auto text = embedded_profile(name)) {
      compiled = compile_profile(*text, name + ".toml");
    } else {
      std::string known;
      for (const auto& n : embedded_profile_names()) known += (known.empty() ? "" : ", ") + n;
      complain_of("api.profile", "there is no profile \"" + name + "\"",
                  "use one of " + known + ", or a file (a name with / or ending in .toml)");
      return;
    }
    complaints_.insert(complaints_.end(), compiled.complaints.begin(), compiled.complaints.end());
    if (!compiled.value) return;
    draft_.value.profile = *std::move(compiled.value);
    draft_.value.reading = std::move(compiled.reading);
    profile_known_ = true;
    add_profile(layers_, draft_.value.profile);
  }

  void apply_settings() {
    const auto keys = setting_keys();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto* value = layers_.find(i);
      if (value == nullptr) continue;
      if (value->texts.empty()) {
        complain_of(keys[i].key, "is an empty list", "give it a value, or leave it out");
        continue;
      }
      if (const auto done = keys[i].apply(draft_, value->texts); !done)
        complain_of(keys[i].key, done.error().what, done.error().remedy);
    }
  }

  void resolve_target() {
    const auto* url = layers_.find("api.base_url");
    if (url == nullptr || url->texts.empty()) return;  // the profile's complaints say why
    auto target = http::parse_endpoint(url->texts[0], draft_.allow_http);
    if (!target) {
      complain_of("api.base_url", target.error().what, target.error().remedy);
      return;
    }
    draft_.value.target = *std::move(target);
    target_known_ = true;
    switch (url->from) {
      case layer::file:
        draft_.value.target_named_by_user = !config_is_named_;
        break;
      case layer::command_line:
        draft_.value.target_named_by_user = true;
        break;
      default:
        draft_.value.target_named_by_user = !profile_is_trusted_;
        break;
    }
  }

  bool is_host_of_trusted_profile() const {
    if (!profile_known_ || !profile_is_trusted_) return false;
    const auto own = http::parse_endpoint(draft_.value.profile.base_url, true);
    const auto& target = draft_.value.target;
    return own && own->tls == target.tls && own->host == target.host && own->port == target.port;
  }

  void resolve_token() {
    auto& s = draft_.value;
    const auto* env = layers_.find("auth.token_env");
    const auto* file = layers_.find("auth.token_file");
    if (env != nullptr && file != nullptr) {
      if (env->from == file->from)
        complain(file->place, "the key is named twice: " + env->place + " names a variable as well",
                 "leave out one of the two");
      (env->from > file->from ? s.token_file : s.token_env).clear();
    }
    const auto& prefix = s.profile.token_prefix;
    if (profile_known_ && !prefix.empty() && s.token_env.starts_with(prefix))
      complain_of("auth.token_env", "looks like the key itself, not like the name of a variable",
                  "name the variable that holds it; a key that stood on a command line should be replaced");

    const auto* from = s.token_file.empty() ? env : file;
    if (from == nullptr || from->from == layer::command_line) return;
    if (!target_known_ || s.target.loopback || !s.target_named_by_user || is_host_of_trusted_profile())
      return;
    const auto* url = layers_.find("api.base_url");
    complain(
        url->place,
        "the key that " + from->place + " names is not meant for " + s.target.host_header +
            (url->from == layer::command_line ? ""
                                              : " (a pawl.toml that was found does not decide who gets it)"),
        "name the key for this host with --token-env or --token-file" +
            std::string(url->from == layer::command_line ? "" : ", or the file with --config"));
  }

  void resolve_proxy() {
    auto& s = draft_.value;
    if (draft_.proxy == "none") return;
    auto text = draft_.proxy;
    if (text.empty()) {
      if (!target_known_) return;
      proxy_variable_ = proxy_variable(s.target, env_);
      if (proxy_variable_.empty()) return;
      text = env_.find(proxy_variable_)->second;
    } else if (target_known_ && !s.target.tls) {
      complain_of("proxy", "is for https targets only, and " + s.target.url() + " is not one",
                  "use https, or go direct with --proxy none");
      return;
    }
    auto proxy = http::parse_proxy(text);
    if (proxy)
      s.run.transport.proxy = *std::move(proxy);
    else if (proxy_variable_.empty())
      complain_of("proxy", proxy.error().what, proxy.error().remedy);
    else
      complain(proxy_variable_, proxy.error().what,
               proxy.error().remedy + ", or go direct with --proxy none");
  }

  void resolve_paths() {
    auto& s = draft_.value;
    s.input_path = raw_.input;
    if (s.ledger_path.empty() && !s.input_path.empty() && s.input_path != "-")
      s.ledger_path = s.input_path + ".ledger";
    if (!s.state_directory.empty()) return;
    const auto variable = [&](std::string_view name) {
      const auto at = env_.find(name);
      return at == env_.end() ? std::string() : at->second;
    };
    // The XDG specification has relative paths ignored.
    if (const auto base = variable("XDG_STATE_HOME"); base.starts_with('/'))
      s.state_directory = base + "/pawl";
    else if (const auto home = variable("HOME"); home.starts_with('/'))
      s.state_directory = home + "/.local/state/pawl";
    // None: for whoever needs one to say. What works offline does not.
  }

  void check_limits() {
    const auto& run = draft_.value.run;
    for (const auto& [key, options] : {std::pair{"limits.write", &run.writes}, {"limits.read", &run.reads}})
      for (const auto& window : options->windows)
        if (std::floor(window.limit * (1.0 - options->reserve) + 1e-9) < 1)
          complain_of("limits.reserve",
                      "leaves less than one request in " + to_string(window) + " of " + std::string(key),
                      "reserve less");
  }

  std::vector<effective_setting> effective() const {
    std::vector<effective_setting> all;
    const auto& s = draft_.value;
    const auto keys = setting_keys();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto* value = layers_.find(i);
      effective_setting one{std::string(keys[i].key), "", "default"};
      if (value != nullptr) {
        for (const auto& text : value->texts) one.value += (one.value.empty() ? "" : ",") + text;
        if (!value->place.empty()) one.source = value->place;
      }
      if (one.key == "api.base_url") one.value = s.target.url();
      if (one.key == "auth.token_env") one.value = s.token_env;
      if (one.key == "auth.token_file") one.value = s.token_file;
      if (one.key == "proxy" && s.run.transport.proxy) {
        one.value = "http://" + s.run.transport.proxy->name();
        if (!proxy_variable_.empty()) one.source = proxy_variable_;
      }
      if (one.key == "ledger.path") one.value = s.ledger_path;
      if (one.key == "state_dir") one.value = s.state_directory;
      all.push_back(std::move(one));
    }
    return all;
  }

  const raw_options& raw_;
  const environment& env_;
  layers layers_;
  draft draft_;
  std::vector<failure> complaints_;
  std::string proxy_variable_;  // that the proxy comes from; empty: from a setting, or there is none
  bool config_is_named_ = false;
  bool profile_is_trusted_ = false;
  bool profile_known_ = false;
  bool target_known_ = false;
};

}  // namespace

load_result load_settings(const raw_options& raw, const environment& env) {
  return loader(raw, env).load();
}

profile_choice choose_profile(const raw_options& raw, const environment& env) {
  return loader(raw, env).choose();
}

}  // namespace pawl::config

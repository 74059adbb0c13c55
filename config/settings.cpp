#include "config/settings.hpp"

#include "config/key_source.hpp"
#include "config/layers.hpp"
#include "config/limit_checks.hpp"
#include "config/profile_loader.hpp"
#include "config/proxy_rule.hpp"
#include "config/quantity.hpp"
#include "config/setting_keys.hpp"
#include "config/settings_checks.hpp"
#include "config/small_file.hpp"
#include "config/token.hpp"
#include "config/trust.hpp"
#include "engine/api/write_template.hpp"
#include "engine/policy/free_reads.hpp"
#include "engine/text/shown_url.hpp"

#include <filesystem>
#include <utility>

namespace pawl::config {
namespace {

namespace fs = std::filesystem;

class loader {
 public:
  loader(const raw_options& raw, const environment& env) : raw_(raw), env_(env) {}

  load_result load() {
    add_command_line(layers_, raw_, complaints_);
    load_result result;
    if (!read_config()) {
      // Without the file's settings, further complaints might be wrong.
      result.complaints = std::move(complaints_);
      return result;
    }
    read_profile();
    if (profile_known_) apply_quiet(raw_, draft_.value, complaints_);
    apply_settings();
    resolve_target();
    resolve_token();
    resolve_proxy();
    resolve_paths();
    decide_reading();
    check_limits();
    check_body();
    add_input_options(raw_, draft_.value, complaints_);
    if (profile_known_) add_conditions(draft_.value, complaints_);
    check_combinations(raw_, draft_.value, complaints_);

    result.complaints = std::move(complaints_);
    if (!result.complaints.empty()) return result;
    auto& s = draft_.value;
    app::derive(s);
    s.run.force_unechoed = raw_.force_unechoed;
    s.effective = effective();
    s.as_json = settings_json(s, raw_);
    result.value = std::move(s);
    return result;
  }

  profile_choice choose() {
    add_command_line(layers_, raw_, complaints_);
    profile_choice choice;
    if (!raw_.profile && !read_config()) {
      choice.complaints = std::move(complaints_);
      return choice;
    }
    const auto* chosen = layers_.find("api.profile");
    choice.is_named = chosen->from != layer::defaults;
    choice.place = chosen->place;
    variables_may_lack_ = true;
    if (choice.is_named) read_profile();
    choice.complaints = std::move(complaints_);
    if (choice.is_named && choice.complaints.empty()) choice.value = std::move(draft_.value.profile);
    return choice;
  }

 private:
  void complain(std::string place, std::string what, std::string remedy) {
    complaints_.push_back({failure_kind::usage, std::move(place), std::move(what), std::move(remedy)});
  }

  // Complains at the source of a setting's value.
  void complain_of(std::string_view key, const std::string& what, std::string remedy) {
    const auto* value = layers_.find(key);
    const bool names_key = value != nullptr && value->from == layer::command_line;
    complain(value == nullptr ? std::string() : value->place,
             names_key ? what : std::string(key) + ": " + what, std::move(remedy));
  }

  // Reads a small file; complains at `place`.
  std::optional<std::string> read_text(const std::string& path, const std::string& place,
                                       const std::string& remedy, if_pipe named) {
    auto text = read_small_file(path, named);
    if (text) return *std::move(text);
    complain(place, text.error().what, remedy);
    return std::nullopt;
  }

  // False: the file was found, not named, and sets what only a named or a trusted file may set.
  bool read_config() {
    std::string path(found_settings_name), place = path;
    bool named = true;
    if (const auto variable = env_.find("PAWL_CONFIG"); raw_.config_file) {
      path = *raw_.config_file;
      place = "--config";
    } else if (variable != env_.end() && !variable->second.empty()) {
      path = variable->second;
      place = variable->first;
    } else {
      named = false;
      std::error_code error;
      if (fs::symlink_status(path, error).type() == fs::file_type::not_found) return true;
      if (const auto type = fs::status(path, error).type();
          type != fs::file_type::regular && type != fs::file_type::directory && !error) {
        complain(path, "is not a regular file", "remove it, or name a readable file with --config");
        return true;
      }
    }
    const auto text = read_text(path, place, "name a readable file with --config",
                                named ? if_pipe::awaited : if_pipe::refused);
    if (!text) return true;
    draft_.value.config_path = path;
    auto all = read_config_file(*text, path, complaints_);
    if (!named && !may_decide(path, *text, all)) return false;
    std::string own_profile;
    for (auto& one : all.settings) {
      if (setting_keys()[one.setting].key == "api.profile") own_profile = one.value.texts[0];
      layers_.put(one.setting, std::move(one.value));
    }
    const auto is = whose_variables(own_profile);
    const auto on_command_line = layers_.variables().values;
    for (auto& one : all.variables) {
      one.is = is;
      layers_.put(std::move(one));
    }
    for (const auto& one : on_command_line) layers_.put(one);
    return true;
  }

  // A command that names a profile may meet a file that lies there for another one, or for several.
  given_variable::meant_for whose_variables(const std::string& profile_of_file) const {
    const auto* chosen = layers_.find("api.profile");
    if (chosen->from != layer::command_line || chosen->texts[0] == profile_of_file)
      return given_variable::meant_for::this_profile;
    return profile_of_file.empty() ? given_variable::meant_for::any : given_variable::meant_for::another;
  }

  bool may_decide(const std::string& path, const std::string& text, const config_file& all) {
    std::string deciding, profile;
    const auto add = [&deciding](const std::string& name, const std::string& where) {
      deciding += (deciding.empty() ? "" : ", ") + name + " (" + where + ")";
    };
    for (const auto& one : all.settings) {
      const auto key = setting_keys()[one.setting].key;
      if (!decides_trust(key)) continue;
      add(std::string(key), "line " + std::to_string(one.line));
      if (key == "api.profile") profile = one.value.texts[0];
    }
    for (const auto& one : all.variables)
      add("vars." + one.name, "line " + one.place.substr(one.place.rfind(':') + 1));
    if (deciding.empty()) return true;
    // The file itself must not decide in which directory its trust is looked up.
    const auto* chosen = layers_.find("state_dir");
    const auto state = chosen != nullptr && chosen->from == layer::command_line ? chosen->texts[0]
                                                                                : usual_state_directory(env_);
    const auto absolute = path_to_trust(path);
    const auto is = trust_of(state, absolute, trust_record(absolute, text, profile));
    if (is == trust::kept) return true;
    const auto or_else = [](const std::string& command, const char* other) {
      return command.empty() ? std::string(other) : command;
    };
    complain(path,
             (is == trust::changed ? "has changed (or the profile that it names) since it was trusted"
                                   : "was found here, and is neither named nor trusted") +
                 std::string(", so it does not decide where requests, keys or files go: it sets ") + deciding,
             "read it, then trust it as it is:\n  " + or_else(raw_.trusting_command, "pawl trust pawl.toml") +
                 "\nor name it:\n  " + or_else(raw_.naming_command, "export PAWL_CONFIG=pawl.toml"));
    return false;
  }

  void read_profile() {
    const auto* chosen = layers_.find("api.profile");
    const auto& name = chosen->texts[0];
    auto given = layers_.variables();
    given.may_lack = variables_may_lack_;
    profile_result compiled;
    if (is_profile_file(name)) {
      const auto text = read_text(name, chosen->place, "name a readable file with --profile",
                                  chosen->from == layer::command_line ? if_pipe::awaited : if_pipe::refused);
      if (!text) return;
      draft_.value.profile_path = name;
      compiled = compile_profile(*text, name, given);
    } else if (const auto text = embedded_profile(name)) {
      compiled = compile_profile(*text, name + ".toml", given);
    } else {
      auto none = no_such_profile(name);
      complain_of("api.profile", none.what, std::move(none.remedy));
      return;
    }
    complaints_.insert(complaints_.end(), compiled.complaints.begin(), compiled.complaints.end());
    if (!compiled.value) return;
    draft_.value.profile = *std::move(compiled.value);
    draft_.value.run.writes.each = draft_.value.run.reads.each = draft_.value.profile.each_limits;
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
    if (url == nullptr || url->texts.empty()) return;  // the complaints about the profile say why
    auto target = http::parse_endpoint(url->texts[0], draft_.allow_http);
    if (!target) {
      complain_of("api.base_url", target.error().what, target.error().remedy);
      return;
    }
    draft_.value.target = *std::move(target);
    target_known_ = true;
    draft_.value.target_named_by_user = url->from == layer::command_line;
  }

  bool is_host_of_profile() const {
    if (!profile_known_) return false;
    const auto own = http::parse_endpoint(draft_.value.profile.base_url, true);
    const auto& target = draft_.value.target;
    return own && own->tls == target.tls && own->host == target.host && own->port == target.port;
  }

  void resolve_token() {
    auto& s = draft_.value;
    const auto* from = choose_key_source(layers_, s, complaints_);
    const auto& prefix = s.profile.token_prefix;
    if (profile_known_ && !prefix.empty() && s.token_env.starts_with(prefix))
      complain_of("auth.token_env", "looks like the key itself, not like the name of a variable",
                  "name the variable that holds it; a key that stood on a command line should be replaced");

    if (from == nullptr || from->from == layer::command_line) return;
    if (!target_known_ || s.target.loopback || !s.target_named_by_user || is_host_of_profile()) return;
    const auto* url = layers_.find("api.base_url");
    complain(url->place, "the key that " + from->place + " names is not meant for " + s.target.host_header,
             "name the key for this host with --token-env or --token-file");
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
    // It stays empty if the environment does not tell. A command that needs it complains; one that works
    // offline does not.
    s.state_directory = usual_state_directory(env_);
  }

  void check_limits() {
    const auto complaint = [this](std::string_view key, const std::string& what, const std::string& remedy) {
      complain_of(key, what, remedy);
    };
    config::check_limits(draft_.value.run, draft_.value.read_first, complaint);
  }

  // read_first = "auto" is answered by the limits, which are final now.
  void decide_reading() {
    auto& s = draft_.value;
    if (s.read_first_where_free)
      s.read_first =
          !raw_.only_if.empty() || !raw_.fill_empty.empty() ||
          policy::reads_are_free(s.run.writes, s.run.reads, s.profile.reply.is == api::reply_kind::read);
  }

  // Checks the final read_first against what the profile says of a write's body. (The profile's own
  // read_first was checked with the profile.)
  void check_body() {
    if (!profile_known_) return;
    const auto& s = draft_.value;
    if (!s.read_first && s.profile.body_is == api::body_content::whole)
      complain_of(
          "read_first",
          "a write of profile " + s.profile.name +
              " sends back the whole resource (write.body_is = \"whole\"), and without a read there is none",
          "read first, or use a copy of the profile that says body_is = \"row\"");
    if (!s.read_first && !api::guard_places(s.profile).empty())
      complain_of("read_first",
                  "a write of profile " + s.profile.name +
                      " shows the API what was read before it ({was...}), and without a read there is "
                      "nothing to show",
                  "set read_first = true, or use a copy of the profile without these guards");
    if (s.read_first && !s.profile.body_is)
      complain_of("read_first",
                  "profile " + s.profile.name +
                      " writes with PUT and does not say what a write holds once it is read what differs",
                  "add [write] with body_is = \"changes\", \"row\" or \"whole\" to the profile");
  }

  static std::string shown_variable(const settings& s) {
    return s.token_env == s.profile.token_env ? s.token_env : shown_token_variable(s.token_env);
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
      if (one.key == "auth.token_env") one.value = s.token_env.empty() ? "" : shown_variable(s);
      if (one.key == "auth.token_file") one.value = shown_token_file(s.token_file);
      if (one.key == "auth.token_command") one.value = shown_token_command(s.token_command);
      if (one.key == "proxy") one.value = shown_url(one.value);
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
  std::string proxy_variable_;       // names the proxy; empty: a setting does, or there is no proxy
  bool variables_may_lack_ = false;  // for a command that sends nothing
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

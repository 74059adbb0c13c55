#include "config/trust.hpp"

#include "config/layers.hpp"
#include "config/setting_keys.hpp"
#include "config/small_file.hpp"
#include "config/token.hpp"
#include "engine/input/input_digest.hpp"
#include "engine/model/secret.hpp"
#include "engine/sys/descriptor.hpp"
#include "engine/sys/files.hpp"
#include "engine/sys/last_error.hpp"
#include "engine/text/shell_word.hpp"
#include "engine/text/shown_url.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* directory_of_trust = "trusted";
constexpr std::size_t longest_record = 64 * 1024;  // chosen: room for two paths of the greatest length

std::string hex_digest(std::string_view text) {
  input::sha256_stream digest;
  digest.add(text);
  return input::to_hex(digest.finish());
}

// The name is a digest, because a path may be longer than a file name can be.
std::string record_name(const std::string& absolute_path) {
  return "settings-" + hex_digest(absolute_path);
}

bool is_file_name(const std::string& profile) {
  return profile.find('/') != std::string::npos || profile.ends_with(".toml");
}

// Whether only this user or root can have written to the file or directory.
bool is_ours_alone(int fd) {
  struct stat is{};
  return ::fstat(fd, &is) == 0 && (is.st_uid == ::geteuid() || is.st_uid == 0) &&
         (is.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

failure cannot(const std::string& place, const std::string& what) {
  return {failure_kind::usage, place, what, "name another directory with --state-dir"};
}

// Whoever trusts a file has to see what it lets run.
std::string shown_arguments(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all)
    text +=
        (text.empty() ? "" : " ") + (may_be_a_key(one) ? "(not shown: it may be a key)" : shell_word(one));
  return text;
}

std::string shown_value(const file_setting& one) {
  const auto key = setting_keys()[one.setting].key;
  std::string value;
  for (const auto& text : one.value.texts) value += (value.empty() ? "" : ", ") + text;
  if (key == "proxy" || key == "api.base_url") return shown_url(value);
  if (key == "auth.token_env") return shown_token_variable(value);
  if (key == "auth.token_file") return shown_token_file(value);
  if (key == "auth.token_command") return shown_arguments(one.value.texts);
  return value;
}

// Reads the record of that name; empty: there is none, or it cannot be trusted.
std::string read_record(const std::string& state_directory, const std::string& name) {
  const descriptor state(::open(state_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!state || !is_ours_alone(state.get())) return {};
  const descriptor directory(
      ::openat(state.get(), directory_of_trust, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory || !is_ours_alone(directory.get())) return {};
  const descriptor file(
      ::openat(directory.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat is{};
  if (!file || !is_ours_alone(file.get()) || ::fstat(file.get(), &is) != 0 || !S_ISREG(is.st_mode)) return {};
  return read_up_to(file.get(), longest_record);
}

}  // namespace

bool decides_trust(std::string_view key) {
  constexpr std::array<std::string_view, 4> groups{"api.", "auth.", "tls.", "vars."};
  constexpr std::array<std::string_view, 4> keys{"proxy", "ledger.path", "state_dir", "log.file"};
  for (const auto group : groups)
    if (key.starts_with(group)) return true;
  for (const auto one : keys)
    if (key == one) return true;
  return false;
}

std::string usual_state_directory(const environment& env) {
  const auto variable = [&](std::string_view name) {
    const auto at = env.find(name);
    return at == env.end() ? std::string() : at->second;
  };
  // The XDG specification says that relative paths are ignored.
  if (const auto base = variable("XDG_STATE_HOME"); base.starts_with('/')) return base + "/pawl";
  if (const auto home = variable("HOME"); !home.empty()) return home + "/.local/state/pawl";
  return {};
}

std::string path_to_trust(const std::string& path) {
  std::error_code error;
  const fs::path given(path);
  auto directory = given.has_parent_path() ? given.parent_path() : fs::path(".");
  if (const auto real = fs::canonical(directory, error); !error) directory = real;
  return (directory / given.filename()).string();
}

std::string trust_record(const std::string& absolute_path, std::string_view text,
                         const std::string& profile) {
  auto record = hex_digest(text) + "  " + absolute_path + "\n";
  if (!is_file_name(profile)) return record;
  const auto content = read_small_file(profile, if_pipe::refused);
  return record + (content ? hex_digest(*content) : std::string("-")) + "  " + path_to_trust(profile) + "\n";
}

trust trust_of(const std::string& state_directory, const std::string& absolute_path,
               std::string_view record) {
  if (state_directory.empty()) return trust::unknown;
  const auto kept = read_record(state_directory, record_name(absolute_path));
  if (kept.empty()) return trust::unknown;
  return kept == record ? trust::kept : trust::changed;
}

settings_file_look look_at_settings_file(const std::string& path) {
  settings_file_look look;
  const auto text = read_small_file(path, if_pipe::refused);
  if (!text) {
    look.complaints.push_back({failure_kind::usage, path, text.error().what, "name a settings file"});
    return look;
  }
  const auto all = read_config_file(*text, path, look.complaints);
  if (!look.complaints.empty()) return look;
  settings_file file;
  file.path = path_to_trust(path);
  std::string profile;
  for (const auto& one : all.variables)
    file.sets.push_back({"vars." + one.name, one.value,
                         static_cast<std::uint32_t>(std::stoul(one.place.substr(one.place.rfind(':') + 1)))});
  for (const auto& one : all.settings) {
    const auto key = setting_keys()[one.setting].key;
    if (key == "api.profile") profile = one.value.texts[0];
    file.sets.push_back({std::string(key), shown_value(one), one.line});
  }
  file.record = trust_record(file.path, *text, profile);
  look.value = std::move(file);
  return look;
}

status keep_trust(const std::string& state_directory, const settings_file& file) {
  if (state_directory.empty())
    return cannot("state_dir", "there is no directory in which it could be kept that this file is trusted");
  // Creates missing parents with the user's mask, and makes the directory itself private.
  auto leaf = fs::path(state_directory).lexically_normal();
  if (!leaf.has_filename()) leaf = leaf.parent_path();
  std::error_code error;
  if (leaf.has_parent_path()) fs::create_directories(leaf.parent_path(), error);
  if (error) return cannot(leaf.parent_path().string(), "cannot be made: " + error.message());
  if (::mkdir(leaf.c_str(), 0700) != 0 && errno != EEXIST)
    return cannot(leaf.string(), "cannot be made: " + last_error().message());
  const descriptor state(::open(leaf.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!state) return cannot(leaf.string(), "cannot be opened: " + last_error().message());
  if (!is_ours_alone(state.get()))
    return cannot(leaf.string(), "others may write to the state directory, so nothing there is believed");
  if (::mkdirat(state.get(), directory_of_trust, 0700) != 0 && errno != EEXIST)
    return cannot(leaf.string(), "cannot be written: " + last_error().message());
  const descriptor directory(
      ::openat(state.get(), directory_of_trust, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const auto place = (leaf / directory_of_trust).string();
  if (!directory || !is_ours_alone(directory.get()))
    return cannot(place, "is not a directory that only this user may write");

  const auto name = record_name(file.path);
  const auto beside = name + ".tmp." + std::to_string(::getpid());
  ::unlinkat(directory.get(), beside.c_str(), 0);
  descriptor out(
      ::openat(directory.get(), beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  auto failed = out ? write_all(out.get(), file.record) : last_error();
  if (!failed && ::fsync(out.get()) != 0) failed = last_error();
  if (!failed && ::renameat(directory.get(), beside.c_str(), directory.get(), name.c_str()) != 0)
    failed = last_error();
  if (!failed) return {};
  ::unlinkat(directory.get(), beside.c_str(), 0);
  return cannot(place, "cannot be written: " + failed.message());
}

}  // namespace pawl::config

#include "config/token.hpp"

#include "engine/sys/descriptor.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/redaction.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::config {
namespace {

constexpr std::size_t longest = 16'384;  // chosen: servers refuse header blocks that are much smaller

failure wrong(std::string place, std::string what, std::string remedy) {
  return {failure_kind::usage, std::move(place), std::move(what), std::move(remedy)};
}

// Invisible characters, by code point, that an editor, a web page or a chat adds to a key that is copied.
// They show nothing (or look like a space) and make the API answer 401.
struct unseen {
  char32_t first, last;
  const char* name;
};
constexpr std::array unseen_characters{unseen{0x00a0, 0x00a0, "a no-break space"},
                                       unseen{0x00ad, 0x00ad, "a soft hyphen"},
                                       unseen{0x034f, 0x034f, "a joiner"},
                                       unseen{0x061c, 0x061c, "a mark of direction"},
                                       unseen{0x115f, 0x1160, "a filler"},
                                       unseen{0x1680, 0x1680, "a space"},
                                       unseen{0x180b, 0x180f, "a separator"},
                                       unseen{0x2000, 0x200a, "a space"},
                                       unseen{0x200b, 0x200d, "a zero-width space"},
                                       unseen{0x200e, 0x200f, "a mark of direction"},
                                       unseen{0x2028, 0x2029, "a line separator"},
                                       unseen{0x202a, 0x202e, "a mark of direction"},
                                       unseen{0x202f, 0x202f, "a no-break space"},
                                       unseen{0x205f, 0x205f, "a space"},
                                       unseen{0x2060, 0x206f, "a word joiner"},
                                       unseen{0x3000, 0x3000, "a wide space"},
                                       unseen{0x3164, 0x3164, "a filler"},
                                       unseen{0xfe00, 0xfe0f, "a variation selector"},
                                       unseen{0xfeff, 0xfeff, "a byte order mark"},
                                       unseen{0xffa0, 0xffa0, "a filler"},
                                       unseen{0xfff0, 0xfffc, "a mark"},
                                       unseen{0xe0000, 0xe0fff, "a tag"}};

// Names only the kind of the character and its position: nothing else of a key may be shown.
std::string unseen_in(std::string_view key) {
  std::size_t place = 0;
  for (auto rest = key; !rest.empty();) {
    const auto [point, length] = first_code_point(rest);
    rest.remove_prefix(length);
    ++place;
    for (const auto& u : unseen_characters)
      if (point >= u.first && point <= u.last)
        return std::string(u.name) + ", which nobody sees, as its " +
               (rest.empty() && place > 1 ? "last character" : "character " + std::to_string(place));
  }
  return {};
}

bool is_quote(std::string_view at) {
  for (const std::string_view quote :
       {"\"", "'", "`", "\u201c", "\u201d", "\u201e", "\u2018", "\u2019", "\u201a", "\u00ab", "\u00bb"})
    if (at == quote) return true;
  return false;
}

bool begins_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && equal_without_case(text.substr(0, word.size()), word);
}

// What people copy together with a key: the scheme, the whole header, the line of a shell script. Empty:
// nothing.
std::string taken_along(std::string_view key, const api::profile& profile) {
  // If the profile sets no scheme before the key, the scheme may be a part of the key.
  const bool is_authorization = equal_without_case(profile.auth_header, "Authorization");
  if (!is_authorization || !profile.auth_scheme.empty())
    for (const std::string_view scheme : {std::string_view{"Bearer "}, std::string_view{"Basic "},
                                          std::string_view{"Token "}, std::string_view{profile.auth_scheme}})
      if (!scheme.empty() && begins_with(key, scheme))
        return std::string(scheme.substr(0, scheme.size() - 1));
  for (const std::string_view header :
       {std::string_view{"Authorization"}, std::string_view{profile.auth_header}})
    if (!header.empty() && begins_with(key, std::string(header) + ":")) return std::string(header) + ":";
  if (begins_with(key, "export ")) return "export";
  if (!profile.token_env.empty() && begins_with(key, profile.token_env + "=")) return profile.token_env + "=";
  return {};
}

// What a program or a page prints in the place of a key: a page for people, JSON, or what a query prints that
// found nothing. Empty: none of these.
std::string other_than_a_key(std::string_view text) {
  for (const std::string_view nothing : {"null", "(null)", "undefined", "none", "nil", "false"})
    if (equal_without_case(text, nothing)) return "\"" + std::string{nothing} + "\"";
  if (text.front() == '<') return "a page (HTML or XML)";
  if (text.front() == '[') return "a list (JSON)";
  if (text.front() == '{') return "an object (JSON)";
  return {};
}

}  // namespace

status check_key(std::string_view key, const std::string& place, const std::string& whose,
                 const settings& from) {
  if (key.empty()) return wrong(place, whose + " is empty", "put the API key there");
  if (key.size() > longest) return wrong(place, whose + " is longer than 16 KiB", "put the key there alone");
  if (key.starts_with("\xff\xfe") || key.starts_with("\xfe\xff"))
    return wrong(place, whose + " is saved as UTF-16", "save it as plain text (UTF-8)");
  if (key.find_first_of("\r\n") != std::string_view::npos)
    return wrong(place, whose + " holds more than one line", "keep the key alone there, on one line");
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (std::any_of(key.begin(), key.end(), is_control))
    return wrong(place, whose + " holds a control character", "copy the key anew");
  if (key.front() == ' ' || key.back() == ' ')
    return wrong(place, whose + " begins or ends with white space", "remove it");
  if (!is_utf8(key))
    return wrong(place, whose + " holds bytes that are no text (UTF-8)", "copy the key anew");
  if (const auto what = unseen_in(key); !what.empty())
    return wrong(place, whose + " holds " + what, "remove it, or copy the key anew");
  auto last = key.size() - 1;
  while (last > 0 && is_continuation(key[last])) --last;
  if (is_quote(key.substr(0, first_code_point(key).bytes)) || is_quote(key.substr(last)))
    return wrong(place, whose + " has quotes around the key", "remove them: the key stands there as it is");
  if (const auto what = taken_along(key, from.profile); !what.empty())
    return wrong(place, whose + " begins with \"" + what + "\", which is not a part of the key",
                 "remove it: the key stands there alone");
  // A password of Basic may be any text; other credentials have no spaces (RFC 9110 section 11.4).
  if (!from.profile.auth_basic.empty()) return {};
  if (const auto what = other_than_a_key(key); !what.empty())
    return wrong(place, whose + " is " + what + " and no key", "put the API key there");
  if (key.find(' ') != std::string_view::npos)
    return wrong(place, whose + " has a space in its middle, as no key has", "put the key there alone");
  return {};
}

namespace {

expected<token_reading> read_file(const std::string& path, const settings& from) {
  const auto unreadable = [&](int error) {
    return wrong(shown_token_file(path), std::string("the key cannot be read: ") + std::strerror(error),
                 "name a readable file with --token-file");
  };
  const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return unreadable(errno);
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return unreadable(errno);

  std::string text;
  std::array<char, 4096> chunk;
  for (;;) {
    const auto n = ::read(file.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable(errno);
    if (n == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(n));
    if (text.size() > longest)
      return wrong(path, "the key is longer than 16 KiB", "name the file that holds the key alone");
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (auto ok = check_key(text, path, "the key file", from); !ok) return ok.error();

  token_reading result{secret(std::move(text)), {}};
  // The mode of a pipe (`<(pass show key)`) does not matter.
  if (S_ISREG(facts.st_mode) && (facts.st_mode & 077) != 0)
    result.warning = path + ": other users of this machine may read or change the key; chmod 600 it";
  return result;
}

expected<token_reading> read_variable(const std::string& name, const settings& from, const environment& env) {
  const auto shown = name == from.profile.token_env ? name : shown_token_variable(name);
  const auto at = env.find(name);
  if (at == env.end())
    return wrong(shown, "is not set, so there is no API key",
                 "set it to the API key, or name a file that holds the key with --token-file");
  if (auto ok = check_key(at->second, shown, "the variable", from); !ok) return ok.error();
  return token_reading{secret(at->second), {}};
}

}  // namespace

std::string shown_token_variable(const std::string& name) {
  const auto is = [&name](auto of) { return std::any_of(name.begin(), name.end(), of); };
  const bool digit = is([](char c) { return c >= '0' && c <= '9'; });
  const bool joined = name.find('_') != std::string::npos;
  // A long name with digits and without an underscore was hardly given by a person.
  const bool usual =
      !is([](char c) { return c >= 'a' && c <= 'z'; }) && (joined || !digit || name.size() < 16);
  return usual ? name : "the variable of --token-env";
}

std::string shown_token_file(const std::string& path) {
  struct stat facts{};
  return may_be_a_key(path) && ::stat(path.c_str(), &facts) != 0
             ? "the file of --token-file (its name is not shown: it may be the key itself)"
             : path;
}

namespace {

// Whether there is a program of this name, in PATH or where its slashes lead.
bool is_program(const std::string& name) {
  struct stat facts{};
  if (name.find('/') != std::string::npos) return ::stat(name.c_str(), &facts) == 0;
  const char* const path = std::getenv("PATH");
  for (std::string_view rest = path == nullptr ? "" : path; !rest.empty();) {
    const auto directory = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), directory.size() + 1));
    if (::stat((std::string{directory} + "/" + name).c_str(), &facts) == 0) return true;
  }
  return false;
}

}  // namespace

std::string shown_token_command(const std::vector<std::string>& command) {
  if (command.empty()) return {};
  const auto& program = command.front();
  const bool is_hidden = may_be_a_key(program) && !is_program(program);
  return (is_hidden ? "(not shown: it may be a key)" : program) + (command.size() > 1 ? " ..." : "");
}

bool token_may_change(const settings& from) {
  struct stat facts{};
  return !from.token_file.empty() && ::stat(from.token_file.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

expected<token_reading> read_token(const settings& from, const environment& env) {
  if (from.token_file.empty() && from.token_env.empty()) return token_reading{};
  auto read =
      from.token_file.empty() ? read_variable(from.token_env, from, env) : read_file(from.token_file, from);
  if (read) keep_secret(read->value.reveal());
  return read;
}

}  // namespace pawl::config

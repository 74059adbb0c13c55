#include "config/token.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::config {
namespace {

constexpr std::size_t longest = 16'384;  // chosen: servers refuse header blocks well below it

failure wrong(std::string place, std::string what, std::string remedy) {
  return {failure_kind::usage, std::move(place), std::move(what), std::move(remedy)};
}

status check(std::string_view key, const std::string& place, const std::string& whose) {
  if (key.empty()) return wrong(place, whose + " is empty", "put the API key there");
  if (key.find_first_of("\r\n") != std::string_view::npos)
    return wrong(place, whose + " holds more than one line", "keep the key alone there, on one line");
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (std::any_of(key.begin(), key.end(), is_control))
    return wrong(place, whose + " holds a control character", "copy the key anew");
  if (key.front() == ' ' || key.back() == ' ')
    return wrong(place, whose + " begins or ends with white space", "remove it");
  return {};
}

class descriptor {
 public:
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

expected<token_reading> read_file(const std::string& path) {
  const auto unreadable = [&](int error) {
    return wrong(path, std::string("the key cannot be read: ") + std::strerror(error),
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
  if (auto ok = check(text, path, "the key file"); !ok) return ok.error();

  token_reading result{secret(std::move(text)), {}};
  // A pipe (`<(pass show key)`) has no mode worth a word.
  if (S_ISREG(facts.st_mode) && (facts.st_mode & 077) != 0)
    result.warning = path + ": other users of this machine may read or change the key; chmod 600 it";
  return result;
}

expected<token_reading> read_variable(const std::string& name, const settings& from, const environment& env) {
  // A name that no profile gave and that does not look like one may be the key itself, typed in the wrong
  // place.
  const bool usual = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  const auto shown =
      usual || name == from.profile.token_env ? name : std::string("the variable of --token-env");
  const auto at = env.find(name);
  if (at == env.end())
    return wrong(shown, "is not set, so there is no API key",
                 "set it to the API key, or name a file that holds the key with --token-file");
  if (auto ok = check(at->second, shown, "the variable"); !ok) return ok.error();
  return token_reading{secret(at->second), {}};
}

}  // namespace

expected<token_reading> read_token(const settings& from, const environment& env) {
  if (!from.token_file.empty()) return read_file(from.token_file);
  if (!from.token_env.empty()) return read_variable(from.token_env, from, env);
  return token_reading{};
}

}  // namespace pawl::config

#include "engine/text/shown_url.hpp"

namespace pawl {
namespace {

constexpr auto none = std::string_view::npos;

struct url_parts {
  std::string_view scheme;  // with its "://"
  std::string_view user;    // without the @
  std::string_view place;   // host, port and path
  std::string_view rest;    // from the ? or # to the end
  bool has_user = false;
};

url_parts parts_of(std::string_view url) {
  url_parts p;
  // A colon before the @ may also separate a user from a password, as in "me:a://b@host"; only a first colon
  // with "//" behind it ends a scheme.
  if (const auto end = url.find(':'); end < url.find_first_of("@?#") && url.substr(end).starts_with("://")) {
    p.scheme = url.substr(0, end + 3);
    url.remove_prefix(end + 3);
  }
  if (const auto at = url.rfind('@'); at != none) {
    p.user = url.substr(0, at);
    p.has_user = true;
    url.remove_prefix(at + 1);
  }
  const auto end = url.find_first_of("?#");
  p.place = url.substr(0, end);
  if (end != none) p.rest = url.substr(end);
  return p;
}

}  // namespace

bool is_secret_user(std::string_view user) noexcept {
  constexpr std::size_t longest_name = 15;  // chosen: user names are rarely longer, tokens are
  return user.find(':') != none || user.size() > longest_name;
}

std::string shown_url(std::string_view url) {
  const auto p = parts_of(url);
  std::string shown{p.scheme};
  if (p.has_user) (shown += unshown) += '@';
  shown += p.place;
  if (!p.rest.empty()) (shown += p.rest.front()) += unshown;
  return shown;
}

std::vector<std::string> secrets_of_url(std::string_view url) {
  const auto p = parts_of(url);
  std::vector<std::string> found;
  if (is_secret_user(p.user)) found.emplace_back(p.user);
  if (p.rest.size() > 1) found.emplace_back(p.rest.substr(1));
  return found;
}

}  // namespace pawl

#include "engine/client/next_address.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/dot_segment.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pawl::client {
namespace {

constexpr std::size_t longest_shown = 256;  // of an address in a message; chosen: it stands in one line

failure not_followed(std::string what, std::string remedy) {
  return {failure_kind::mend, "", std::move(what), std::move(remedy)};
}

std::string shown(std::string_view text) {
  std::string to;
  append_printable(to, text, longest_shown);
  return to;
}

bool starts_with_word(std::string_view text, std::string_view word) noexcept {
  return text.size() >= word.size() && equal_without_case(text.substr(0, word.size()), word);
}

// Takes scheme and authority off the front; false: they are not those of the API.
bool take_origin(const http::endpoint& api, std::string_view& reference) {
  const auto begin = reference.find("//") + 2;
  const auto size = std::min(reference.find_first_of("/?\\", begin), reference.size());
  std::string origin{reference.substr(0, size)};
  reference.remove_prefix(size);
  if (begin == 2) origin = (api.tls ? "https:" : "http:") + origin;
  std::ranges::transform(origin, origin.begin(), [](char c) { return lower_case(c); });
  const auto other = http::parse_endpoint(origin, true);
  return other && other->tls == api.tls && other->host == api.host && other->port == api.port;
}

}  // namespace

bool is_address(std::string_view text) noexcept {
  return starts_with_word(text, "https://") || starts_with_word(text, "http://");
}

expected<std::string> path_of_next(const http::endpoint& api, std::string_view list_path,
                                   std::string_view reference) {
  const auto whole = reference;
  reference = reference.substr(0, reference.find('#'));
  if (reference.starts_with('?')) {
    std::string path{list_path.substr(0, list_path.find('?'))};
    return path += reference;
  }
  if (is_address(reference) || reference.starts_with("//")) {
    if (!take_origin(api, reference))
      return not_followed(
          fmt::format("the next page of the list is said to be at another address than the API: {}",
                      shown(whole)),
          "the key is sent to " + api.url() +
              " alone: check api.base_url and the profile's cursor; if the list really goes on there, make "
              "that "
              "address the base URL");
  } else if (!reference.starts_with('/')) {
    return not_followed(
        fmt::format("\"{}\" stands where the next page of the list is named, and is no address",
                    shown(whole)),
        "if it is a cursor, say in the list's query which parameter takes it: NAME = \"{cursor}\"");
  }
  std::string below{reference};
  if (!below.starts_with('/')) below.insert(0, "/");  // an empty path
  const bool is_below = below.starts_with(api.base_path + '/') || below.starts_with(api.base_path + '?');
  if (!is_below || has_dot_segment(std::string_view{below}.substr(0, below.find('?'))) ||
      below.find('\\') != std::string::npos)
    return not_followed(
        fmt::format("the next page of the list is at {}, which is not below {}", shown(whole), api.url()),
        "make the base URL one that all addresses of the API begin with, and lengthen the profile's paths");
  return below.substr(api.base_path.size());
}

}  // namespace pawl::client

#include "engine/api/request_writer.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/letter_case.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <utility>

namespace pawl::api {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::string_view id_mark = "{id}";

// RFC 3986 section 2.3. It is a table because every byte of every id is looked up.
constexpr auto unreserved = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto c = static_cast<char>(i);
    table[i] = is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
  }
  return table;
}();
constexpr bool is_unreserved(char c) noexcept {
  return unreserved[static_cast<unsigned char>(c)];
}
constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
// The characters of a token: RFC 9110 section 5.6.2.
constexpr bool is_token_char(char c) noexcept {
  return is_alphanumeric(c) || std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}
// RFC 9110 section 5.5: visible characters, space, tab and bytes above ASCII.
bool is_field_value(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\t'; });
}
// Whether a text may stand in a request line behind the host: no white space, no control character, no
// fragment.
bool is_target(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return is_control(c) || c == ' ' || c == '#'; });
}
// The transport sets framing and connection, and pawl could not read a compressed reply.
constexpr std::array<std::string_view, 10> own_headers{
    "Host", "Content-Length",  "Transfer-Encoding", "Connection", "Keep-Alive",
    "TE",   "Accept-Encoding", "Upgrade",           "Expect",     "Trailer"};

// Headers that pawl writes for every request, and headers for proxies or for the connection.
constexpr std::array<std::string_view, 8> other_headers{
    "Content-Type",        "Content-Encoding",   "Accept",        "User-Agent", "Proxy-Connection",
    "Proxy-Authorization", "Proxy-Authenticate", "HTTP2-Settings"};

failure usage(std::string place, std::string what, std::string remedy) {
  return failure{failure_kind::usage, std::move(place), std::move(what), std::move(remedy)};
}

void append_percent(std::string& to, char c) {
  const auto byte = static_cast<unsigned char>(c);
  to += '%';
  to += hex_digits[byte >> 4U];
  to += hex_digits[byte & 0x0fU];
}

void append_header(std::string& to, std::string_view name, std::string_view value) {
  to.append(name).append(": ").append(value).append("\r\n");
}

status check_headers(const profile& p, std::string_view host, const secret& token,
                     std::string_view user_agent) {
  const auto line_break = [](std::string place) {
    return usage(std::move(place), "contains a line break, NUL or another control character",
                 "remove it; a header value is one line");
  };
  if (host.empty() || !is_target(host))
    return usage("base URL", "has no host that could stand in a Host header",
                 "write it as https://HOST/PATH");
  if (!is_field_value(user_agent)) return line_break("User-Agent");
  if (!is_token(p.auth_header))
    return usage("auth header", "is not a header name", "use letters, digits and hyphens");
  if (cannot_carry_key(p.auth_header))
    return usage("auth header", p.auth_header + " is no header for a key",
                 "name the one in which the API wants it, such as Authorization");
  if (!is_field_value(p.auth_scheme)) return line_break("auth scheme");
  if (!is_field_value(token.reveal()))
    return usage("token", "contains a line break, NUL or another control character",
                 "check the token file or environment variable: the token is one line");
  for (const auto& [name, value] : p.extra_headers) {
    if (!is_token(name))
      return usage("extra header \"" + name + "\"", "is not a header name",
                   "use letters, digits and hyphens");
    if (!is_field_value(value)) return line_break("extra header " + name);
    if (is_own_header(name) || equal_without_case(name, p.auth_header))
      return usage("extra header " + name, "is written by pawl itself", "remove it from the profile");
  }
  return {};
}

status check_paths(const profile& p, std::string_view base_path) {
  if (!is_token(p.method)) return usage("method", "is not an HTTP method", "use PATCH, PUT or POST");
  if (!is_target(base_path) || (!base_path.empty() && !base_path.starts_with('/')))
    return usage("base URL", "has a path that cannot stand in a request",
                 "percent-encode what is special in it");
  const auto mark = p.resource_path.find(id_mark);
  if (mark == std::string::npos || p.resource_path.find(id_mark, mark + 1) != std::string::npos)
    return usage("resource path", "must contain {id} exactly once", "write it like /threads/{id}");
  if (!p.resource_path.starts_with('/') || !is_target(p.resource_path))
    return usage("resource path", "must begin with / and hold no white space, control character or #",
                 "write it like /threads/{id}");
  return {};
}

}  // namespace

bool is_own_header(std::string_view name) noexcept {
  return std::ranges::any_of(own_headers, [name](auto h) { return equal_without_case(h, name); });
}

bool cannot_carry_key(std::string_view name) noexcept {
  return is_own_header(name) ||
         std::ranges::any_of(other_headers, [name](auto h) { return equal_without_case(h, name); });
}

void append_path_segment(std::string& to, std::string_view id) {
  if (id == "." || id == "..") {
    for (std::size_t i = 0; i < id.size(); ++i) to.append("%2E");
    return;
  }
  if (std::ranges::all_of(id, is_unreserved)) {
    to.append(id);
    return;
  }
  for (const char c : id) {
    if (is_unreserved(c))
      to += c;
    else
      append_percent(to, c);
  }
}

std::string resource_path(const profile& profile, std::string_view id) {
  constexpr std::string_view place = "{id}";
  const auto at = profile.resource_path.find(place);
  auto path = profile.resource_path.substr(0, at);
  append_path_segment(path, id);
  return path + profile.resource_path.substr(at + place.size());
}

expected<request_writer> request_writer::create(const profile& p, std::string_view host,
                                                std::string_view base_path, const secret& token,
                                                std::string_view user_agent) {
  if (auto good = check_headers(p, host, token, user_agent); !good) return std::move(good.error());
  if (auto good = check_paths(p, base_path); !good) return std::move(good.error());

  std::string_view accept = "application/json", content_type = "application/json";
  std::string extra;
  for (const auto& [name, value] : p.extra_headers) {
    if (equal_without_case(name, "Accept"))
      accept = value;
    else if (equal_without_case(name, "Content-Type"))
      content_type = value;
    else if (equal_without_case(name, "User-Agent"))
      user_agent = value;
    else
      append_header(extra, name, value);
  }

  std::string head = " HTTP/1.1\r\n";
  append_header(head, "Host", host);
  if (!user_agent.empty()) append_header(head, "User-Agent", user_agent);
  if (!token.empty()) append_header(head, p.auth_header, p.auth_scheme + token.reveal());
  append_header(head, "Accept", accept);
  append_header(head, "Accept-Encoding", "identity");
  head += extra;

  const auto mark = p.resource_path.find(id_mark);
  const auto before_id = std::string_view{p.resource_path}.substr(0, mark);
  request_writer w;
  w.get_prefix_.append("GET ").append(base_path);
  w.read_prefix_.append(w.get_prefix_).append(before_id);
  w.patch_prefix_.append(p.method).append(" ").append(base_path).append(before_id);
  w.resource_suffix_ = p.resource_path.substr(mark + id_mark.size());
  w.get_head_ = head + "\r\n";
  w.patch_head_ = std::move(head);
  append_header(w.patch_head_, "Content-Type", content_type);
  w.patch_head_ += "Content-Length: ";
  for (const auto& f : p.fields) w.keys_.push_back({f.name, json_string(f.name) + ':'});
  return w;
}

std::string_view request_writer::key_of(const field_value& v) const noexcept {
  const auto i = to_index(v.field);
  return i < keys_.size() && keys_[i].name == v.name ? std::string_view{keys_[i].json} : std::string_view{};
}

// Writes everything before the body.
void request_writer::begin_write(std::string& into, std::string_view id, std::size_t body_bytes) const {
  assert(!id.empty());
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), body_bytes).ptr;
  into.clear();
  into.append(patch_prefix_);
  append_path_segment(into, id);
  into.append(resource_suffix_).append(patch_head_);
  into.append(digits.data(), static_cast<std::size_t>(end - digits.data())).append("\r\n\r\n");
}

void request_writer::write_body(std::string& into, std::string_view id, std::string_view body) const {
  begin_write(into, id, body.size());
  into.append(body);
}

void request_writer::write_patch(std::string& into, std::string_view id,
                                 std::span<const field_value> values) const {
  // {"name":json,...}: two braces, and a comma for each value but the last.
  std::size_t body_bytes = values.empty() ? 2 : 1;
  for (const auto& v : values) {
    const auto key = key_of(v);
    body_bytes += (key.empty() ? json_string_size(v.name) + 1 : key.size()) + v.json.size() + 1;
  }
  begin_write(into, id, body_bytes);
  [[maybe_unused]] const auto body_begin = into.size();
  into += '{';
  bool first = true;
  for (const auto& v : values) {
    if (!first) into += ',';
    if (const auto key = key_of(v); !key.empty()) {
      into.append(key);
    } else {
      append_json_string(into, v.name);
      into += ':';
    }
    into.append(v.json);
    first = false;
  }
  into += '}';
  assert(into.size() - body_begin == body_bytes);
}

void request_writer::write_read(std::string& into, std::string_view id) const {
  assert(!id.empty());
  into.clear();
  into.append(read_prefix_);
  append_path_segment(into, id);
  into.append(resource_suffix_).append(get_head_);
}

void request_writer::write_get(std::string& into, std::string_view path_and_query) const {
  into.clear();
  into.append(get_prefix_);
  for (const char c : path_and_query) {
    if (is_control(c) || c == ' ')
      append_percent(into, c);
    else
      into += c;
  }
  into.append(get_head_);
}

}  // namespace pawl::api

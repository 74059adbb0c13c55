#include "engine/api/request_writer.hpp"

#include "engine/api/calls.hpp"
#include "engine/text/ascii.hpp"
#include "engine/text/base64.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/redaction.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <utility>

namespace pawl::api {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";
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
  if (p.resource_path.empty() && !p.write.path.empty() && !p.read.path.empty()) return {};
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

namespace {

std::string auth_value(const profile& p, const secret& token) {
  if (p.auth_basic.empty()) return p.auth_scheme + token.reveal();
  std::string credentials;
  for (const auto& piece : p.auth_basic) credentials += piece.is == hole::token ? token.reveal() : piece.text;
  const auto encoded = base64(credentials);
  keep_secret(encoded);  // this form travels, and a server might send it back
  return "Basic " + encoded;
}

}  // namespace

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
  if (!token.empty()) append_header(head, p.auth_header, auth_value(p, token));
  append_header(head, "Accept", accept);
  append_header(head, "Accept-Encoding", "identity");
  head += extra;

  const auto mark = p.resource_path.find(id_mark);
  const auto before_id = std::string_view{p.resource_path}.substr(0, mark);
  request_writer w;
  w.base_path_ = base_path;
  w.method_ = p.write.method.empty() ? p.method : p.write.method;
  w.patch_prefix_.append(w.method_).append(" ").append(base_path).append(before_id);
  if (mark != std::string::npos) w.patch_suffix_ = p.resource_path.substr(mark + id_mark.size());
  w.get_head_ = head + "\r\n";
  w.bare_head_ = head;
  w.patch_head_ = std::move(head);
  append_header(w.content_type_, "Content-Type", content_type);
  w.content_type_ += "Content-Length: ";
  w.patch_head_ += w.content_type_;
  w.id_is_number_ = p.id_type == id_form::integer;
  w.asked_ = asked_names(p);
  if (write_template::is_needed(p)) w.template_.emplace(p);
  if (can_write_many(p)) w.rows_.emplace(p);
  w.compile_read(p);
  for (const auto& f : p.fields) w.keys_.push_back({f.name, json_string(f.name) + ':'});
  if (field_places places(p); !places.is_flat()) w.places_ = std::move(places);
  return w;
}

namespace {

// Whether a path holds a `?`, as those of old profiles may.
bool begins_query(const text_template& path) noexcept {
  return std::ranges::any_of(path, [](const text_piece& p) { return p.text.find('?') != std::string::npos; });
}

}  // namespace

// Most reads are a GET with the id once in its path: what stands before and behind it is the same each time.
void request_writer::compile_read(const profile& p) {
  auto request = read_request(p);
  const auto ids = std::ranges::count(request.path, hole::id, &text_piece::is);
  const auto in_query = [](const auto& named) { return has_hole(named.second, hole::id); };
  const bool is_get = request.method.empty() || request.method == "GET";
  if (ids != 1 || !is_get || request.body || !request.headers.empty() ||
      std::ranges::any_of(request.query, in_query) || begins_query(request.path)) {
    read_ = std::move(request);
    return;
  }
  const auto mark = std::ranges::find(request.path, hole::id, &text_piece::is);
  hole_values values;
  values.asked = asked_;
  request_spec behind;
  behind.path.assign(mark + 1, request.path.end());
  behind.query = request.query;
  request.path.erase(mark, request.path.end());
  request.query.clear();
  read_prefix_ = "GET " + base_path_ + fill(request, values).target;
  read_suffix_ = fill(behind, values).target;
}

std::string_view request_writer::key_of(const field_value& v) const noexcept {
  const auto i = to_index(v.field);
  return i < keys_.size() && keys_[i].name == v.name ? std::string_view{keys_[i].json} : std::string_view{};
}

namespace {

void append_number(std::string& to, std::size_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  to.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

// Writes everything before the body.
void request_writer::begin_write(std::string& into, std::string_view id, std::size_t body_bytes) const {
  assert(!id.empty());
  into.clear();
  into.append(patch_prefix_);
  append_path_segment(into, id);
  into.append(patch_suffix_).append(patch_head_);
  append_number(into, body_bytes);
  into.append("\r\n\r\n");
}

void request_writer::write_by_template(std::string& into, const write_values& values) const {
  body_.clear();
  template_->append_body(body_, values);
  into.clear();
  into.append(method_).append(" ").append(base_path_);
  template_->append_target(into, values);
  into.append(bare_head_);
  template_->append_headers(into, values);
  into.append(content_type_);
  append_number(into, body_.size());
  into.append("\r\n\r\n").append(body_);
}

void request_writer::write_body(std::string& into, std::string_view id, std::string_view fields,
                                const write_terms& terms) const {
  if (template_) {
    write_by_template(into, {id, fields, terms.guards, terms.key});
    return;
  }
  begin_write(into, id, fields.size());
  into.append(fields);
}

void request_writer::write_patch(std::string& into, std::string_view id, std::span<const field_value> values,
                                 const write_terms& terms) const {
  if (template_) {
    fields_.clear();
    append_object(fields_, values);
    write_by_template(into, {id, fields_, terms.guards, terms.key});
    return;
  }
  if (places_) {
    fields_.clear();
    append_object(fields_, values);
    begin_write(into, id, fields_.size());
    into.append(fields_);
    return;
  }
  // {"name":json,...}: two braces, and a comma for each value but the last.
  std::size_t body_bytes = values.empty() ? 2 : 1;
  for (const auto& v : values) {
    const auto key = key_of(v);
    body_bytes += (key.empty() ? json_string_size(v.name) + 1 : key.size()) + v.json.size() + 1;
  }
  begin_write(into, id, body_bytes);
  [[maybe_unused]] const auto body_begin = into.size();
  append_object(into, values);
  assert(into.size() - body_begin == body_bytes);
}

void request_writer::write_rows(std::string& into, std::span<const row> rows) const {
  auto request = rows_->begin();
  for (const auto& r : rows) {
    fields_.clear();
    if (r.body.empty()) append_object(fields_, r.values);
    rows_->add(request, {r.id, r.body.empty() ? std::string_view{fields_} : r.body, r.guards});
  }
  rows_->end(request);
  write_call(into, request);
}

void request_writer::append_object(std::string& into, std::span<const field_value> values) const {
  if (places_) return places_->append_fields(into, values, true);
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
}

void request_writer::write_read(std::string& into, std::string_view id) const {
  assert(!id.empty());
  if (read_) {
    hole_values values;
    values.id = id;
    values.id_is_number = id_is_number_;
    values.asked = asked_;
    write_call(into, fill(*read_, values));
    return;
  }
  into.clear();
  into.append(read_prefix_);
  append_path_segment(into, id);
  into.append(read_suffix_).append(get_head_);
}

void request_writer::write_call(std::string& into, const call& what) const {
  into.clear();
  into.append(what.method).append(" ").append(base_path_);
  for (const char c : what.target) {
    if (is_control(c) || c == ' ')
      append_percent(into, c);
    else
      into += c;
  }
  into.append(bare_head_);
  for (const auto& [name, value] : what.headers) append_header(into, name, value);
  if (what.body.empty()) {
    into.append("\r\n");
    return;
  }
  into.append(content_type_);
  append_number(into, what.body.size());
  into.append("\r\n\r\n").append(what.body);
}

}  // namespace pawl::api

// Writes HTTP/1.1 requests as bytes into a buffer that is reused: one send per request, and no allocation
// once the buffer has grown.
#pragma once

#include "engine/api/batch_requests.hpp"
#include "engine/api/field_places.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/write_template.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/model/secret.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// Percent-encodes everything but the unreserved characters (RFC 3986 section 2.3), so that an id is one path
// segment. "." and ".." are encoded too: unencoded they would name another path (section 5.2.4).
void append_path_segment(std::string& to, std::string_view id);

// Whether a header belongs to framing or connection (Host, Content-Length, ...). The transport sets those, so
// no profile may.
bool is_own_header(std::string_view name) noexcept;
// Whether a header is one of these, or says what a request holds, or is for a proxy.
bool cannot_carry_key(std::string_view name) noexcept;

// Joins everything that is the same in each request once, in create(); a write copies these pieces around the
// id and the values. Holds the token until destruction and never prints it. After the token has been rotated,
// create() another writer.
//
// The head of a request has Host, User-Agent, the profile's auth header (unless the token is empty), Accept:
// application/json, the profile's extra headers, and with a body Content-Type: application/json and
// Content-Length. An extra header named Accept, Content-Type or User-Agent replaces ours. There is no
// Connection header: keep-alive is HTTP/1.1's default (RFC 9112 section 9.3).
class request_writer {
 public:
  // `host` is the Host header's value, `base_path` the path of the base URL ("/api/v2", or empty). Failures
  // name the header, key or part that is wrong, never its value:
  // - a header value (token included) with CR, LF, NUL or another control character;
  // - a header name, a method or a path that HTTP does not allow;
  // - an auth header that cannot carry a key;
  // - an extra header that pawl must write itself (Host, Content-Length, ..., the auth header);
  // - a resource path without exactly one {id}.
  static expected<request_writer> create(const profile&, std::string_view host, std::string_view base_path,
                                         const secret& token, std::string_view user_agent);

  // What a write names beside id and values; see write_template.hpp.
  struct write_terms {
    std::span<const std::string> guards{};
    std::string_view key{};
  };
  // Replaces `into` with the whole PATCH (or the profile's method): head, and the body around the JSON object
  // of these values. Names are plain text and get escaped; values are JSON texts and are copied. Set verbs
  // may not be among the values, and `id` is not empty (an empty one would name the collection).
  void write_patch(std::string& into, std::string_view id, std::span<const field_value> values,
                   const write_terms& terms) const;
  void write_patch(std::string& into, std::string_view id, std::span<const field_value> values) const {
    write_patch(into, id, values, {});
  }
  // As write_patch(), with a JSON text in place of the object.
  void write_body(std::string& into, std::string_view id, std::string_view fields,
                  const write_terms& terms) const;
  void write_body(std::string& into, std::string_view id, std::string_view fields) const {
    write_body(into, id, fields, {});
  }
  // One row of a write for several.
  struct row {
    std::string_view id;
    std::span<const field_value> values;
    std::string_view body{};  // JSON text that is sent instead; empty: the object of the values
    std::span<const std::string> guards{};
  };
  // Replaces `into` with the profile's [write_many] of these rows, of which none has the id of another.
  void write_rows(std::string& into, std::span<const row> rows) const;
  // Replaces `into` with a GET of the resource.
  void write_read(std::string& into, std::string_view id) const;
  // Replaces `into` with a request below the base URL ("/me", "/tags?limit=200"). The target is sent as it
  // stands; only white space and control characters are percent-encoded.
  void write_call(std::string& into, const call&) const;

 private:
  request_writer() = default;
  // The value's name as a JSON key with its colon; empty: there is no key yet, and the caller makes one.
  std::string_view key_of(const field_value&) const noexcept;
  void begin_write(std::string& into, std::string_view id, std::size_t body_bytes) const;
  void append_object(std::string& into, std::span<const field_value> values) const;
  void write_by_template(std::string& into, const write_values&) const;
  void compile_read(const profile&);

  std::string base_path_;     // "/api/v2"
  std::string patch_prefix_;  // "PATCH /api/v2/threads/"
  std::string patch_suffix_;  // what follows the id in the path; mostly empty
  std::string read_prefix_;   // "GET /api/v2/threads/"
  std::string read_suffix_;   // what follows the id in path and query; mostly empty
  // Of a read that is more than a GET with the id in its path: filled for each read.
  std::optional<request_spec> read_;
  std::vector<std::string> asked_;
  bool id_is_number_ = false;
  std::string method_;                       // of a write
  std::optional<write_template> template_;   // of a write that is more than id and fields
  std::optional<write_many_template> rows_;  // of a write for several
  mutable std::string fields_, body_;        // scratch of writes by template
  std::string patch_head_;                   // " HTTP/1.1\r\nHost: ... Content-Length: "
  std::string get_head_;                     // " HTTP/1.1\r\nHost: ...\r\n\r\n"
  std::string bare_head_;                    // the same without the empty line
  std::string content_type_;                 // "Content-Type: application/json\r\nContent-Length: "
  struct field_key {
    std::string name, json;  // status, "status":
  };
  std::vector<field_key> keys_;         // by field_index
  std::optional<field_places> places_;  // unset: every field stands under its name, as rows have it
};

}  // namespace pawl::api

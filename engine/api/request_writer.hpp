// Writes HTTP/1.1 requests as bytes into a reused buffer: one send per request, nothing allocated once it has
// grown.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/model/secret.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// Percent-encodes everything but the unreserved characters (RFC 3986 section 2.3), so that an id is one path
// segment.
// "." and ".." are encoded too.
void append_path_segment(std::string& to, std::string_view id);

class request_writer {
 public:
  // `host` is the Host header's value, `base_path` the path of the base URL ("/api/v2"). A header value
  // (token included) with CR, LF or NUL is a failure, named without its value.
  static expected<request_writer> create(const profile&, std::string_view host, std::string_view base_path,
                                         const secret& token, std::string_view user_agent);

  // Replaces `into` with the whole PATCH: head, and the JSON object of these values. Set verbs may not be
  // among them.
  void write_patch(std::string& into, std::string_view id, std::span<const field_value> values) const;
  // Replaces `into` with a GET of the resource.
  void write_read(std::string& into, std::string_view id) const;
  // Replaces `into` with a GET of a path below the base URL ("/me", "/tags?limit=200").
  void write_get(std::string& into, std::string_view path_and_query) const;

 private:
  request_writer() = default;
  std::string patch_prefix_;  // "PATCH /api/v2/threads/"
  std::string patch_middle_;  // " HTTP/1.1\r\nHost: ...\r\n ... Content-Length: "
  std::string read_prefix_, get_prefix_, get_suffix_, resource_suffix_;
};

}  // namespace pawl::api

// Replies of those who stand in front of an API and answer in its place: load balancers, firewalls, gateways,
// proxies, maintenance pages. None of them shows the API's envelope, its request ids or its rate headers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

enum class foreign_body : std::uint8_t {
  html,  // a page
  text,  // a line, as a default backend says it
  json,  // of a gateway: an object or a list, never the API's envelope
  empty,
};

struct foreign_reply {
  int status = 404;
  foreign_body body = foreign_body::html;
  bool retry_after = false;

  std::string name() const;  // `404/html`, as parse() reads it
  // `404`, `404/html`, `403/json`: a status from 200 to 599, and a body (a page where none is named). 204,
  // 205 and 304 are empty whatever is asked for. Absent: it cannot be read.
  static std::optional<foreign_reply> parse(std::string_view);
};

// From which replies chance may take one.
enum class foreign_set : std::uint8_t {
  none,
  before,  // the request was kept from the API: every status of the table that stops no run
  behind,  // the API has done it, and its reply is thrown away: of those only the ones that leave that open
  throttling,  // 4xx and 503 with Retry-After, kept from the API
  stopping,    // 401, 402, 407, kept from the API: a person must act
};

// The same dice give the same reply. `set` is not `none`.
foreign_reply draw_foreign(foreign_set set, std::uint64_t dice);

std::string_view content_type_of(foreign_body);
// The body itself; which of the gateways answers in JSON depends on `dice`.
void append_foreign_body(std::string& out, const foreign_reply&, std::uint64_t dice);

}  // namespace sandbox

// Replies of things that stand in front of an API and answer in its place: load balancers, firewalls,
// gateways, proxies, maintenance pages. None of them has the API's envelope, its request ids or its rate
// headers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sandbox {

enum class foreign_body : std::uint8_t {
  html,  // a page
  text,  // a line, as a default backend sends it
  json,  // a gateway's: an object or a list, never the API's envelope
  empty,
};

struct foreign_reply {
  int status = 404;
  foreign_body body = foreign_body::html;
  bool retry_after = false;

  std::string name() const;  // `404/html`, in the form that parse() reads
  // Reads `404`, `404/html`, `403/json`: a status from 200 to 599, and a body (an HTML page if none is
  // named). 204, 205 and 304 have no body, whatever is named. Absent: the text cannot be read.
  static std::optional<foreign_reply> parse(std::string_view);
};

// The set from which a reply is drawn at random.
enum class foreign_set : std::uint8_t {
  none,
  before,      // the API did not get the request: every status of the table that stops no run
  behind,      // the API has applied the request and its reply is lost: only statuses that leave this open
  throttling,  // 4xx and 503 with Retry-After; the API did not get the request
  stopping,    // 401, 402, 407; the API did not get the request, and a person must act
};

// The same `dice` give the same reply. `set` must not be `none`.
foreign_reply draw_foreign(foreign_set set, std::uint64_t dice);

std::string_view content_type_of(foreign_body);
// Appends the body; `dice` choose the gateway that answers in JSON, but none whose words have one of
// `own_words` in them.
void append_foreign_body(std::string& out, const foreign_reply&, std::uint64_t dice,
                         std::span<const std::string_view> own_words = {});

}  // namespace sandbox

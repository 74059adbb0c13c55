// The short way through a reply: as servers usually send one, whole in what was received at once. Everything
// else is Beast's, errors too.
#pragma once

#include "engine/http/reply_parser.hpp"
#include "engine/model/attempt.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace pawl::http {

struct plain_reply {
  int status = 0;
  std::size_t body_begin = 0, body_end = 0;  // in what was received
};

// A value: `received` begins with a whole HTTP/1.1 reply within the limits, with one Content-Length, no
// Transfer-Encoding, names of letters, digits and hyphens, printable ASCII in its header block, and nothing
// that says how the connection goes on but `keep-alive`; `fields` are what Beast makes of it, views into
// `received`. Nothing: `fields` are in no order. At least 8 bytes behind `received` must be readable. 0.1 us
// instead of 0.4 (seven fields, 2026-11).
std::optional<plain_reply> read_plain_reply(std::string_view received, const reply_limits&,
                                            std::vector<header_field>& fields);

}  // namespace pawl::http

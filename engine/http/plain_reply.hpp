// A fast reader for replies as servers usually send them, which were received whole. Beast's parser reads all
// others and reports all errors.
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
  std::size_t body_begin = 0, body_end = 0;  // positions in the received bytes
};

// Set: `received` begins with a whole HTTP/1.1 reply within the limits. It has one Content-Length, no
// Transfer-Encoding, names of letters, digits and hyphens, printable ASCII in its header block, and no word
// about the connection but `keep-alive`; `fields` are those that Beast would find, as views into `received`.
// Unset: `fields` hold anything. At least 8 bytes behind `received` must be readable. It takes 0.1 us instead
// of 0.4 (seven fields, 2026-11).
std::optional<plain_reply> read_plain_reply(std::string_view received, const reply_limits&,
                                            std::vector<header_field>& fields);

}  // namespace pawl::http

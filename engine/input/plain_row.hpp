// The short way through an NDJSON row: rows as programs write them, where every text in the row is its own
// canonical text. Everything else is json_reader's, errors too.
#pragma once

#include "engine/input/json_reader.hpp"

#include <string_view>

namespace pawl::input {

// True: the row holds only ASCII, no escapes, no white space inside arrays, no objects but itself, `patch`
// and `expect`, at most 24 keys in each, none twice; `into` is what json_reader::row makes of it. Its texts
// lie in `line`, which is followed by json_padding readable bytes without a quote. False: `into` is in no
// order. Saves half a microsecond of an update, whose row is read twice (190 bytes, 2026-11-26).
bool read_plain_row(std::string_view line, json_row& into);

}  // namespace pawl::input

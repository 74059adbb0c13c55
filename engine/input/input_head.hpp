// What the first bytes of an input tell before a row of it is read. They are read once, when the input is
// opened; whoever wants to know what it is asks here.
#pragma once

#include "engine/input/byte_source.hpp"
#include "engine/model/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::input {

enum class head_content : std::uint8_t {
  text,  // as far as the head tells; the formats judge the rest
  utf16,
  utf32,
  zip,  // also spreadsheets
  gzip,
  zstd,
  sqlite,  // perhaps a ledger: see application_id
};

struct input_head {
  std::string bytes;   // at most head_bytes
  bool is_all = true;  // the input ends with them
  head_content is = head_content::text;
  std::uint32_t application_id = 0;  // of a SQLite file

  // Of the byte order mark in front: 3 or 0.
  std::size_t mark_bytes() const noexcept;
  // The input holds white space and a byte order mark at most. False where the head is not all of it: nobody
  // sends more of nothing.
  bool is_blank() const noexcept;
};
inline constexpr std::size_t head_bytes = 64 * 1024;  // chosen: nearly every CSV header fits

// `bytes`: the first head_bytes, fewer where the input is shorter. Pure.
input_head look_at_head(std::string bytes);

// Why no format can read it (usage); nullopt: one may. An empty head, and a SQLite file, are for the caller
// to judge. `path` begins the message. Pure.
std::optional<failure> refuse_head(const input_head&, const std::string& path);

// An input that is open and was looked at.
struct opened_bytes {
  byte_source source;
  input_head head;
};
// Failures (usage): as byte_source::open, or the first bytes cannot be read.
expected<opened_bytes> open_bytes(const std::string& path);
expected<opened_bytes> with_head(byte_source);

}  // namespace pawl::input

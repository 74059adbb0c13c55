// Tells from the first bytes of an input what it is, before a row is read. The bytes are read once, when the
// input is opened, and every later question about them is answered here.
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
  text,  // as far as the head tells; the formats check the rest
  utf16,
  utf32,
  zip,  // also spreadsheets
  gzip,
  zstd,
  sqlite,  // perhaps a ledger: see application_id
};

struct input_head {
  std::string bytes;   // at most head_bytes
  bool is_all = true;  // whether the input ends with them
  head_content is = head_content::text;
  std::uint32_t application_id = 0;  // of a SQLite file, else 0

  // The length of the byte order mark in front: 3 or 0.
  std::size_t mark_bytes() const noexcept;
  // Whether the input holds only white space and a byte order mark. False if the head is not the whole input
  // (chosen: a blank stream longer than 64 KiB is treated as data).
  bool is_blank() const noexcept;
};
inline constexpr std::size_t head_bytes = 64 * 1024;  // chosen: nearly every CSV header fits

// `bytes` are the first head_bytes, or fewer if the input is shorter. Pure.
input_head look_at_head(std::string bytes);

// Why no format can read the input (usage); nullopt: one may. An empty head and a SQLite file give nullopt
// too: the caller judges those. The message begins with `path`. Pure.
std::optional<failure> refuse_head(const input_head&, const std::string& path);

// An input that is open, with its first bytes.
struct opened_bytes {
  byte_source source;
  input_head head;
};
// Failures (usage): those of byte_source::open(), or the first bytes cannot be read.
expected<opened_bytes> open_bytes(const std::string& path);
expected<opened_bytes> with_head(byte_source);

}  // namespace pawl::input

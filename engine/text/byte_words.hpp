// Eight bytes at a time, where a byte is looked for in text: no vector instructions, and no library call that
// costs more than a short text.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace pawl {

constexpr std::uint64_t every_byte(std::uint8_t value) {
  return 0x0101010101010101ull * value;
}

// The high bit of at least the lowest zero byte, and of no byte below it; 0 if there is none.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - every_byte(1)) & ~word & every_byte(0x80);
}

// The same for bytes below 0x20: the subtraction borrows into the high bit, where the byte itself had none.
constexpr std::uint64_t control_bytes(std::uint64_t word) {
  return (word - every_byte(0x20)) & ~word & every_byte(0x80);
}

// The same for what a JSON string cannot hold as it is (RFC 8259 section 7).
constexpr std::uint64_t json_escaped_bytes(std::uint64_t word) {
  return zero_bytes(word ^ every_byte('"')) | zero_bytes(word ^ every_byte('\\')) | control_bytes(word);
}

// The same for what is no printable ASCII.
constexpr std::uint64_t unprintable_bytes(std::uint64_t word) {
  return control_bytes(word) | zero_bytes(word ^ every_byte(0x7f)) | (word & every_byte(0x80));
}

// The first byte is the lowest.
static_assert(std::endian::native == std::endian::little);
inline std::uint64_t load_word(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace pawl

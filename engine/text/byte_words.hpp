// Looks for a byte in text, eight bytes at a time: without vector instructions, and without a library call,
// which would cost more than a short text does.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace pawl {

constexpr std::uint64_t every_byte(std::uint8_t value) {
  return 0x0101010101010101ull * value;
}

// Sets the high bit of the lowest byte that is zero and of no byte below it; bits above it mean nothing. 0 if
// no byte is zero.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - every_byte(1)) & ~word & every_byte(0x80);
}

// Finds bytes below 0x20 as zero_bytes() finds zeros: the subtraction borrows into the high bit of a byte
// that had none.
constexpr std::uint64_t control_bytes(std::uint64_t word) {
  return (word - every_byte(0x20)) & ~word & every_byte(0x80);
}

// Finds, in the same way, the bytes that a JSON string cannot hold unescaped (RFC 8259 section 7).
constexpr std::uint64_t json_escaped_bytes(std::uint64_t word) {
  return zero_bytes(word ^ every_byte('"')) | zero_bytes(word ^ every_byte('\\')) | control_bytes(word);
}

// Finds, in the same way, the bytes that are not printable ASCII.
constexpr std::uint64_t unprintable_bytes(std::uint64_t word) {
  return control_bytes(word) | zero_bytes(word ^ every_byte(0x7f)) | (word & every_byte(0x80));
}

// Bit searches in a word take the byte in its lowest bits for the first one in memory.
static_assert(std::endian::native == std::endian::little);
inline std::uint64_t load_word(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace pawl

// Small text tools: JSON quoting, percent-decoding, query strings, opaque tokens, and the hash that makes
// every random-looking choice of the sandbox repeatable from its seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sandbox {

// Appends `text` as a JSON string with its quotes. Bytes above 0x7f pass through: the text must be UTF-8.
void append_quoted(std::string& out, std::string_view text);
void append_quoted_or_null(std::string& out, const std::optional<std::string>& text);
// As append_quoted(), for bytes that need not be UTF-8: each byte that is not part of a valid sequence
// becomes U+FFFD.
void append_quoted_bytes(std::string& out, std::string_view bytes);
void append_number(std::string& out, std::uint64_t);

// Appends `"name":value`, with a comma in front unless it is the first member of its object.
void append_member(std::string& out, std::string_view name, std::uint64_t value);

// Length in Unicode code points; the text must be valid UTF-8.
std::size_t code_points(std::string_view text);

// Absent if an escape is not two hexadecimal digits. `+` stays a plus sign unless `plus_is_space`.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
// Keeps unreserved characters (RFC 3986), escapes the rest.
std::string percent_encode(std::string_view text);

// Names and values in order, decoded; absent if an escape is broken.
using query = std::vector<std::pair<std::string, std::string>>;
std::optional<query> parse_query(std::string_view text);

// Base64 with the URL alphabet and without padding (RFC 4648, section 5).
std::string encode_token(std::string_view bytes);
std::optional<std::string> decode_token(std::string_view token);

// Splits at every `separator`; an empty text has no parts.
std::vector<std::string_view> split(std::string_view text, char separator);

// SplitMix64 (Steele, Lea, Flood 2014): mixes one 64-bit number into another.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}
constexpr std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0) {
  std::uint64_t h = 0xcbf29ce484222325ULL ^ mix(seed);  // FNV-1a, then mixed
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix(h);
}
// A number in [0, 1).
constexpr double unit_interval(std::uint64_t hash) {
  return static_cast<double>(hash >> 11) * 0x1.0p-53;
}

}  // namespace sandbox

// JSON strings read: tokens as they stand in a document, and the text behind their escapes (RFC 8259 section
// 7). Pure; nothing is allocated but in what is appended to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl {

// The size of the string token that `text` begins with, its quotes included; 0: it begins with none, or the
// string does not end. Escapes are not checked.
std::size_t string_token_size(std::string_view text) noexcept;
// A string token: quotes at both ends and none, unescaped, between them. Escapes are not checked.
bool is_string_token(std::string_view) noexcept;

enum class escape_flaw : std::uint8_t {
  none,
  cut_off,     // a backslash at the end
  unknown,     // `\x`
  bad_digits,  // `\u12g4`
  lone_low,    // half of a surrogate pair, which stands for no text
  lone_high,
};
// "a low surrogate stands without its high one".
std::string_view to_string(escape_flaw) noexcept;

struct json_escape {
  char32_t value = 0;    // also of a lone surrogate
  std::size_t size = 0;  // bytes, the backslash among them; 0: malformed
  escape_flaw flaw = escape_flaw::none;
};
// Of a text that begins with a backslash.
json_escape first_escape(std::string_view) noexcept;

// Appends as UTF-8 what stands between the quotes of a string, strictly: a flaw, lone surrogates among them,
// ends it, and `to` then holds a part.
escape_flaw append_strictly_unescaped(std::string& to, std::string_view inner);

// Of a token whose escapes each stand for one character: how many characters it has.
std::size_t count_string_characters(std::string_view token) noexcept;

// For replies, which need not be strict: an unpaired surrogate (`\ud800` alone) has no UTF-8, so it comes as
// the three bytes that it would have and equals only itself.
//
// Appends a string token's text. False if an escape is malformed; `to` then holds a part of it.
bool append_unescaped(std::string& to, std::string_view token);
// Whether a string token says `plain`, which is text without quotes and escapes.
bool string_token_says(std::string_view token, std::string_view plain) noexcept;

// The same bytes one by one, where a copy would be too much.
class unescaped_bytes {
 public:
  // `inner`: what stands between the quotes.
  explicit unescaped_bytes(std::string_view inner) noexcept : rest_(inner) {}

  // False at the end, or at an escape that JSON does not know; malformed() tells.
  bool next(char& byte) noexcept;
  bool malformed() const noexcept { return malformed_; }

 private:
  std::string_view rest_;
  char pending_[4] = {};  // the rest of an escape's bytes
  unsigned pending_at_ = 0, pending_size_ = 0;
  bool malformed_ = false;
};

}  // namespace pawl

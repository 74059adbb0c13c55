// Reads JSON strings: finds tokens in a document, and the text behind their escapes (RFC 8259 section 7).
// Pure; allocates only in the texts that it appends to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

// The size of the string token that `text` begins with, its quotes included; 0: `text` does not begin with a
// string, or the string does not end. Escapes are not checked.
std::size_t string_token_size(std::string_view text) noexcept;
// Whether the text is one string token: a quote at each end, and no unescaped quote between. Escapes are not
// checked.
bool is_string_token(std::string_view) noexcept;

enum class escape_flaw : std::uint8_t {
  none,
  cut_off,     // a backslash at the end
  unknown,     // `\x`
  bad_digits,  // `\u12g4`
  lone_low,    // a low surrogate without its high one
  lone_high,
};
// For messages: "a low surrogate stands without its high one".
std::string_view to_string(escape_flaw) noexcept;

struct json_escape {
  char32_t value = 0;    // also set for a lone surrogate
  std::size_t size = 0;  // in bytes, with the backslash; 0: malformed
  escape_flaw flaw = escape_flaw::none;
};
// Reads the escape that the text begins with. The text must begin with a backslash.
json_escape first_escape(std::string_view) noexcept;

// Appends as UTF-8 the text between the quotes of a string. Stops at the first flaw, also at a lone
// surrogate, and returns it; `to` then holds a part.
escape_flaw append_strictly_unescaped(std::string& to, std::string_view inner);

// What a string token says, as UTF-8. nullopt: the token is no string, or its text has a NUL or half of a
// surrogate pair, which many readers of JSON refuse.
std::optional<std::string> text_of_token(std::string_view token);

// How many characters a token has, each of whose escapes stands for one character.
std::size_t count_string_characters(std::string_view token) noexcept;

// Appends the text of a string token, and forgives what a reply may hold: an unpaired surrogate (`\ud800`
// alone) has no UTF-8, so it is written as the three bytes that its encoding would have, and equals only
// itself. False: an escape is malformed; `to` then holds a part.
bool append_unescaped(std::string& to, std::string_view token);
// The same text, or the token itself if it is no string. nullopt: an escape is malformed.
std::optional<std::string> plain_text(std::string_view token);
// Whether the text of a string token is `plain`, which has no quotes and no escapes.
bool string_token_says(std::string_view token, std::string_view plain) noexcept;

// Gives the bytes of append_unescaped() one by one, for callers to whom a copy would cost too much.
class unescaped_bytes {
 public:
  // `inner`: the text between the quotes.
  explicit unescaped_bytes(std::string_view inner) noexcept : rest_(inner) {}

  // False: the text is at its end, or at an escape that JSON does not know; malformed() tells which.
  bool next(char& byte) noexcept;
  bool malformed() const noexcept { return malformed_; }

 private:
  std::string_view rest_;
  char pending_[4] = {};  // bytes of an escape that next() has not given yet
  unsigned pending_at_ = 0, pending_size_ = 0;
  bool malformed_ = false;
};

}  // namespace pawl

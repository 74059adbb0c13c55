// JSON texts as they stand in a reply or a patch: walking over one value, strings without their escapes, and
// one canonical form per value. No simdjson and no allocation but in what is appended to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl::api {

// Deeper values are malformed. The bound of the documentation for input, kept for replies too.
inline constexpr unsigned max_json_depth = 64;

// Without the white space (RFC 8259 section 2) at both ends.
std::string_view trim_json_space(std::string_view) noexcept;
// The same, without a call where there is none: so are nearly all texts.
inline std::string_view trim_json(std::string_view text) noexcept {
  const bool is_bare = text.empty() || (text.front() > ' ' && text.back() > ' ');
  return is_bare ? text : trim_json_space(text);
}

// A string token: quotes at both ends and none, unescaped, between them. Escapes are not checked.
bool is_string_token(std::string_view) noexcept;

// The bytes of a JSON string without its escapes, one by one, as UTF-8. An unpaired surrogate (`\ud800`
// alone) has no UTF-8: it comes as the three bytes that it would have, so that it equals only itself.
class unescaped_bytes {
 public:
  // `inner`: what stands between the quotes.
  explicit unescaped_bytes(std::string_view inner) noexcept : at_(inner.data()), end_(at_ + inner.size()) {}

  // False at the end, or at an escape that JSON does not know; malformed() tells.
  bool next(char& byte) noexcept;
  bool malformed() const noexcept { return malformed_; }

 private:
  bool unescape() noexcept;

  const char* at_;
  const char* end_;
  char pending_[4] = {};  // the rest of an escape's bytes
  unsigned pending_at_ = 0, pending_size_ = 0;
  bool malformed_ = false;
};

// Appends a string token's text. False if an escape is malformed; `to` then holds a part of it.
bool append_unescaped(std::string& to, std::string_view token);

// Whether a string token says `plain`, which is text without quotes and escapes.
bool string_token_says(std::string_view token, std::string_view plain) noexcept;

// Takes one value off the front of `rest` and leaves what follows it; white space before it is dropped.
// Checks brackets, not scalars. False: there is no whole value.
bool take_value(std::string_view& rest, std::string_view& value) noexcept;

// Calls `each(std::string_view element)` for the elements of an array text until it answers false. False: the
// text is no array, or each() said so.
template <class Each>
bool for_each_element(std::string_view array, Each each);

// Calls `each(std::string_view key_token, std::string_view value)` for the members of an object text until it
// answers false. False: the text is no object, or each() said so.
template <class Each>
bool for_each_member(std::string_view object, Each each);

// Appends the one form that equal values share: members sorted by name, strings with the fewest escapes,
// numbers as digits and exponent (1, 1.0 and 10e-1 alike, however many digits). False: not one JSON value,
// deeper than max_json_depth, or with a repeated name; `to` then holds a part.
bool append_canonical(std::string& to, std::string_view json);

// A number's form in append_canonical. False: not a JSON number.
bool append_canonical_number(std::string& to, std::string_view number);

template <class Each>
bool for_each_element(std::string_view array, Each each) {
  auto rest = trim_json(array);
  if (rest.size() < 2 || rest.front() != '[' || rest.back() != ']') return false;
  rest = trim_json(rest.substr(1, rest.size() - 2));
  if (rest.empty()) return true;
  for (;;) {
    std::string_view value;
    if (!take_value(rest, value) || !each(value)) return false;
    rest = trim_json(rest);
    if (rest.empty()) return true;
    if (rest.front() != ',') return false;
    rest.remove_prefix(1);
  }
}

template <class Each>
bool for_each_member(std::string_view object, Each each) {
  auto rest = trim_json(object);
  if (rest.size() < 2 || rest.front() != '{' || rest.back() != '}') return false;
  rest = trim_json(rest.substr(1, rest.size() - 2));
  if (rest.empty()) return true;
  for (;;) {
    std::string_view key, value;
    if (!take_value(rest, key) || !is_string_token(key)) return false;
    rest = trim_json(rest);
    if (rest.empty() || rest.front() != ':') return false;
    rest.remove_prefix(1);
    if (!take_value(rest, value) || !each(key, value)) return false;
    rest = trim_json(rest);
    if (rest.empty()) return true;
    if (rest.front() != ',') return false;
    rest.remove_prefix(1);
  }
}

}  // namespace pawl::api

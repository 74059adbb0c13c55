#include "engine/http/plain_reply.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/byte_words.hpp"

#include <bit>
#include <cstdint>

namespace pawl::http {
namespace {

constexpr std::string_view version = "HTTP/1.1 ";
constexpr std::size_t longest_length = 9;  // in digits; Beast's parser refuses longer ones

// Sets the high bit of each byte from `low` to `high`. All bytes must be ASCII, so that no sum carries into
// the next byte.
constexpr std::uint64_t bytes_between(std::uint64_t ascii, char low, char high) {
  const auto at_least = ascii + every_byte(static_cast<std::uint8_t>(0x80 - low));
  const auto above = ascii + every_byte(static_cast<std::uint8_t>(0x7f - high));
  return at_least & ~above & every_byte(0x80);
}

// Sets the high bit of each byte that is a letter, a digit or a hyphen, of which most names of fields consist
// (RFC 9110 5.6.2 allows more).
constexpr std::uint64_t name_bytes(std::uint64_t word) {
  const auto ascii = word & every_byte(0x7f);
  const auto named = bytes_between(ascii | every_byte(0x20), 'a', 'z') | bytes_between(ascii, '0', '9') |
                     bytes_between(ascii, '-', '-');
  return named & ~word;
}

// Compares without case. `lower` has letters and hyphens only; `text` has no control characters (one would
// fold into a hyphen).
bool says(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) | 0x20U) != static_cast<unsigned char>(lower[i])) return false;
  return true;
}

class scanner {
 public:
  scanner(std::string_view received, const reply_limits& limits, std::vector<header_field>& fields)
      : begin_(received.data()),
        at_(received.data()),
        end_(received.data() + received.size()),
        limits_(limits),
        fields_(fields) {}

  std::optional<plain_reply> reply() {
    plain_reply made;
    if (!status(made.status)) return std::nullopt;
    while (at_ < end_ && *at_ != '\r')
      if (!field()) return std::nullopt;
    if (!line_end() || !has_length_) return std::nullopt;
    made.body_begin = static_cast<std::size_t>(at_ - begin_);
    made.body_end = made.body_begin + length_;
    const auto received = static_cast<std::size_t>(end_ - begin_);
    if (made.body_begin > limits_.max_header_bytes || length_ > limits_.max_body_bytes ||
        made.body_end > received)
      return std::nullopt;
    return made;
  }

 private:
  // Replies that never have a body, whatever their fields say (RFC 9112 6.3), and interim replies are not
  // plain.
  bool status(int& code) {
    constexpr std::size_t least = version.size() + 4;
    if (static_cast<std::size_t>(end_ - at_) < least || !std::string_view{at_, least}.starts_with(version))
      return false;
    const char* digits = at_ + version.size();
    if (!is_digit(digits[0]) || !is_digit(digits[1]) || !is_digit(digits[2]) || digits[3] != ' ')
      return false;
    code = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    if (code < 200 || code > 599 || code == 204 || code == 304) return false;
    at_ += least;
    skip_printable();
    return line_end();
  }

  void skip_printable() {
    for (; at_ < end_; at_ += sizeof(std::uint64_t)) {
      const auto found = unprintable_bytes(load_word(at_));
      if (found == 0) continue;
      at_ += std::countr_zero(found) / 8;
      return;
    }
  }

  void skip_name() {
    for (; at_ < end_; at_ += sizeof(std::uint64_t)) {
      const auto others = ~name_bytes(load_word(at_)) & every_byte(0x80);
      if (others == 0) continue;
      at_ += std::countr_zero(others) / 8;
      return;
    }
  }

  bool line_end() {
    if (end_ - at_ < 2 || at_[0] != '\r' || at_[1] != '\n') return false;
    at_ += 2;
    return true;
  }

  bool field() {
    const char* const start = at_;
    skip_name();
    const std::string_view name{start, static_cast<std::size_t>(at_ - start)};
    if (name.empty() || at_ >= end_ || *at_ != ':') return false;
    ++at_;
    while (at_ < end_ && *at_ == ' ') ++at_;
    const char* const value_start = at_;
    skip_printable();
    const char* value_end = at_;
    if (!line_end()) return false;
    while (value_end > value_start && value_end[-1] == ' ') --value_end;
    const std::string_view value{value_start, static_cast<std::size_t>(value_end - value_start)};
    if (fields_.size() == limits_.max_fields || !frames_plainly(name, value)) return false;
    fields_.push_back({name, value});
    return true;
  }

  // Checks a field that decides where the reply ends, or whether another may follow.
  bool frames_plainly(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 7:
        return !says(name, "upgrade");
      case 10:
        return !says(name, "connection") || says(value, "keep-alive");
      case 14:
        return !says(name, "content-length") || take_length(value);
      case 16:
        return !says(name, "proxy-connection");
      case 17:
        return !says(name, "transfer-encoding");
      default:
        return true;
    }
  }

  bool take_length(std::string_view digits) {
    if (has_length_ || digits.empty() || digits.size() > longest_length) return false;
    for (const char c : digits) {
      if (!is_digit(c)) return false;
      length_ = length_ * 10 + static_cast<std::size_t>(c - '0');
    }
    has_length_ = true;
    return true;
  }

  const char* const begin_;
  const char* at_;
  const char* const end_;
  const reply_limits& limits_;
  std::vector<header_field>& fields_;
  std::size_t length_ = 0;
  bool has_length_ = false;
};

}  // namespace

std::optional<plain_reply> read_plain_reply(std::string_view received, const reply_limits& limits,
                                            std::vector<header_field>& fields) {
  fields.clear();
  return scanner(received, limits, fields).reply();
}

}  // namespace pawl::http

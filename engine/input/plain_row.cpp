#include "engine/input/plain_row.hpp"

#include "engine/model/byte_words.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

namespace pawl::input {
namespace {

static_assert(json_padding >= sizeof(std::uint64_t));

constexpr std::size_t most_keys = 24;  // as in json_reader: above it, comparing all pairs is no longer short

class scanner {
 public:
  scanner(std::string_view line, json_row& into)
      : at_(line.data()), end_(line.data() + line.size()), into_(into) {}

  bool whole() {
    if (!take_behind_space('{') || !members(member_scope::row)) return false;
    skip_space();
    return at_ == end_;
  }

 private:
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
  }
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool take_behind_space(char c) {
    skip_space();
    return take(c);
  }
  std::string_view since(const char* start) const { return {start, static_cast<std::size_t>(at_ - start)}; }

  // Behind the opening quote; ends behind the closing one.
  bool string(std::string_view& inside) {
    const char* const start = at_;
    for (; at_ < end_; at_ += sizeof(std::uint64_t)) {
      const auto word = load_word(at_);
      // A plain run ends at what needs an escape (the quote among it) and at what is not ASCII.
      const auto found = json_escaped_bytes(word) | (word & every_byte(0x80));
      if (found == 0) continue;
      at_ += std::countr_zero(found) / 8;
      inside = since(start);
      return take('"');
    }
    return false;
  }

  bool word(std::string_view text) {
    if (static_cast<std::size_t>(end_ - at_) < text.size() || std::string_view{at_, text.size()} != text)
      return false;
    at_ += text.size();
    return true;
  }

  bool number() {
    const char* const start = at_;
    while (at_ != end_ && *at_ != ',' && *at_ != '}' && *at_ != ']' && *at_ != ' ') ++at_;
    return is_json_number(since(start));
  }

  bool scalar(json_kind& kind) {
    if (at_ == end_) return false;
    switch (*at_) {
      case '"': {
        kind = json_kind::string;
        ++at_;
        std::string_view inside;
        return string(inside);
      }
      case 't':
        kind = json_kind::boolean;
        return word("true");
      case 'f':
        kind = json_kind::boolean;
        return word("false");
      case 'n':
        kind = json_kind::null;
        return word("null");
      default:
        kind = json_kind::number;
        return number();
    }
  }

  bool array() {
    if (take(']')) return true;
    json_kind ignored{};  // any scalar will do
    do {
      if (!scalar(ignored)) return false;
    } while (take(','));
    return take(']');
  }

  bool value(json_value& into) {
    const char* const start = at_;
    if (take('[')) {
      into.kind = json_kind::array;
      if (!array()) return false;
    } else if (!scalar(into.kind)) {
      return false;
    }
    into.text = since(start);
    return true;
  }

  bool member(member_scope scope, std::string_view key) {
    const bool in_row = scope == member_scope::row;
    if (in_row && key == "patch") {
      into_.has_patch = true;
      return take('{') && members(member_scope::patch);
    }
    if (in_row && key == "expect") {
      into_.has_expect = true;
      return take('{') && members(member_scope::expect);
    }
    auto& made = into_.members.emplace_back();
    made.scope = scope;
    made.key = key;
    return value(made.value);
  }

  // Behind the opening brace; ends behind the closing one.
  bool members(member_scope scope) {
    if (take_behind_space('}')) return true;
    std::array<std::string_view, most_keys> keys;
    for (std::size_t count = 0; count < most_keys;) {
      auto& key = keys[count];
      if (!take_behind_space('"') || !string(key)) return false;
      const auto before = std::span{keys}.first(count);
      if (std::ranges::find(before, key) != before.end()) return false;
      ++count;
      if (!take_behind_space(':')) return false;
      skip_space();
      if (!member(scope, key)) return false;
      if (take_behind_space('}')) return true;
      if (!take(',')) return false;
    }
    return false;
  }

  const char* at_;
  const char* const end_;
  json_row& into_;
};

}  // namespace

bool read_plain_row(std::string_view line, json_row& into) {
  into.members.clear();
  into.has_patch = into.has_expect = false;
  return scanner(line, into).whole();
}

}  // namespace pawl::input

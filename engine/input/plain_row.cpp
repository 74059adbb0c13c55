#include "engine/input/plain_row.hpp"

#include "engine/text/byte_words.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_padding.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

namespace pawl::input {
namespace {

static_assert(json_padding >= sizeof(std::uint64_t));

constexpr std::size_t most_keys = 24;  // as in json_reader: above it, sorting beats comparing all pairs
constexpr std::size_t longest_frame = 4 * 1024;  // chosen: far longer than in rows that programs write

// Reads a line of JSON by its grammar.
class cursor {
 public:
  explicit cursor(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

  const char* at() const { return at_; }
  bool at_end() const { return at_ == end_; }

  void skip_space() {
    while (at_ != end_ && *at_ <= ' ' && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
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
  bool take(std::string_view text) {
    if (static_cast<std::size_t>(end_ - at_) < text.size() || std::memcmp(at_, text.data(), text.size()) != 0)
      return false;
    at_ += text.size();
    return true;
  }

  // Begins behind the opening quote and ends behind the closing one.
  bool string(std::string_view& inside) {
    const char* const start = at_;
    for (; at_ < end_; at_ += sizeof(std::uint64_t)) {
      const auto word = load_word(at_);
      // A run of plain characters ends at a byte that needs an escape (also the quote) or is not ASCII.
      const auto found = json_escaped_bytes(word) | (word & every_byte(0x80));
      if (found == 0) continue;
      at_ += std::countr_zero(found) / 8;
      inside = since(start);
      return take('"');
    }
    return false;
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

 private:
  std::string_view since(const char* start) const { return {start, static_cast<std::size_t>(at_ - start)}; }

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
        return take("true");
      case 'f':
        kind = json_kind::boolean;
        return take("false");
      case 'n':
        kind = json_kind::null;
        return take("null");
      default:
        kind = json_kind::number;
        return number();
    }
  }

  bool array() {
    if (take(']')) return true;
    json_kind ignored{};  // any scalar is accepted
    do {
      if (!scalar(ignored)) return false;
    } while (take(','));
    return take(']');
  }

  const char* at_;
  const char* const end_;
};

class scanner {
 public:
  scanner(std::string_view line, json_row& into) : line_(line), into_(into) {}

  bool whole() {
    if (!line_.take_behind_space('{') || !members(member_scope::row)) return false;
    line_.skip_space();
    return line_.at_end();
  }

 private:
  bool member(member_scope scope, std::string_view key) {
    const bool in_row = scope == member_scope::row;
    if (in_row && key == "patch") {
      into_.has_patch = true;
      return line_.take('{') && members(member_scope::patch);
    }
    if (in_row && key == "expect") {
      into_.has_expect = true;
      return line_.take('{') && members(member_scope::expect);
    }
    auto& made = into_.members.emplace_back();
    made.scope = scope;
    made.key = key;
    return line_.value(made.value);
  }

  // Begins behind the opening brace and ends behind the closing one.
  bool members(member_scope scope) {
    if (line_.take_behind_space('}')) return true;
    std::array<std::string_view, most_keys> keys;
    for (std::size_t count = 0; count < most_keys;) {
      auto& key = keys[count];
      if (!line_.take_behind_space('"') || !line_.string(key)) return false;
      const auto before = std::span{keys}.first(count);
      if (std::ranges::find(before, key) != before.end()) return false;
      ++count;
      if (!line_.take_behind_space(':')) return false;
      line_.skip_space();
      if (!member(scope, key)) return false;
      if (line_.take_behind_space('}')) return true;
      if (!line_.take(',')) return false;
    }
    return false;
  }

  cursor line_;
  json_row& into_;
};

}  // namespace

bool plain_row_reader::read(std::string_view line, json_row& into) {
  if (read_in_frame(line, into)) return true;
  into.members.clear();
  into.has_patch = into.has_expect = false;
  if (!scanner(line, into).whole()) return false;
  keep_frame(line, into);
  return true;
}

bool plain_row_reader::read_in_frame(std::string_view line, json_row& into) const {
  if (frame_.empty()) return false;
  into.has_patch = frame_has_patch_;
  into.has_expect = frame_has_expect_;
  into.members.resize(frame_.size());
  cursor rest(line);
  std::string_view frame{frame_text_};
  for (std::size_t i = 0; i < frame_.size(); ++i) {
    const auto& of = frame_[i];
    auto& member = into.members[i];
    const char* const before = rest.at();
    if (!rest.take(frame.substr(0, of.size)) || !rest.value(member.value)) return false;
    member.scope = of.scope;
    member.key = {before + of.key_at, of.key_size};
    frame.remove_prefix(of.size);
  }
  return rest.take(frame) && rest.at_end();
}

void plain_row_reader::keep_frame(std::string_view line, const json_row& row) {
  frame_.clear();
  frame_text_.clear();
  frame_has_patch_ = row.has_patch;
  frame_has_expect_ = row.has_expect;
  const char* from = line.data();
  for (const auto& member : row.members) {
    const char* const value = member.value.text.data();
    frame_.push_back({member.scope, static_cast<std::uint32_t>(value - from),
                      static_cast<std::uint32_t>(member.key.data() - from),
                      static_cast<std::uint32_t>(member.key.size())});
    frame_text_.append(from, value);
    from = value + member.value.text.size();
  }
  frame_text_.append(from, line.data() + line.size());
  if (frame_text_.size() > longest_frame) frame_.clear();
}

}  // namespace pawl::input

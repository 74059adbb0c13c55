#include "engine/text/json_normal_form.hpp"

#include "engine/text/json_number.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace pawl {
namespace {

void append_plain(std::string& to, std::string_view text) {
  to += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') to += '\\';
    to += c;
  }
  to += '"';
}

class normal_writer {
 public:
  normal_writer(std::string& to, std::string_view json) : to_(to), rest_(json) {}

  bool whole() {
    if (!value(0)) return false;
    skip_space();
    return rest_.empty();
  }

 private:
  void skip_space() noexcept {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }
  bool take(char c) noexcept {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    to_.append(text);
    return true;
  }
  // Appends the text of the string at the front, without its quotes and escapes.
  bool text(std::string& into) {
    const auto length = string_token_size(rest_);
    if (length == 0 || !append_unescaped(into, rest_.substr(0, length))) return false;
    rest_.remove_prefix(length);
    return true;
  }

  bool value(unsigned depth) {
    skip_space();
    if (rest_.empty()) return false;
    switch (rest_.front()) {
      case '{':
        return depth < max_json_depth && object(depth + 1);
      case '[':
        return depth < max_json_depth && array(depth + 1);
      case '"': {
        std::string plain;
        if (!text(plain)) return false;
        append_plain(to_, plain);
        return true;
      }
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        break;
    }
    const auto length = std::min(rest_.find_first_not_of("+-.eE0123456789"), rest_.size());
    const auto number = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return append_normal_number(to_, number);
  }

  bool array(unsigned depth) {
    take('[');
    to_ += '[';
    if (!take(']')) {
      do {
        if (!value(depth)) return false;
        to_ += ',';
      } while (take(','));
      if (!take(']')) return false;
    }
    to_ += ']';
    return true;
  }

  bool object(unsigned depth) {
    take('{');
    // Members are written in the order of the document; then the pieces are sorted by name.
    struct member {
      std::string name, json;
    };
    std::vector<member> members;
    if (!take('}')) {
      do {
        member m;
        skip_space();
        if (rest_.empty() || rest_.front() != '"' || !text(m.name) || !take(':')) return false;
        normal_writer inner(m.json, rest_);
        if (!inner.value(depth)) return false;
        rest_ = inner.rest_;
        members.push_back(std::move(m));
      } while (take(','));
      if (!take('}')) return false;
    }
    std::ranges::sort(members, {}, &member::name);
    if (std::ranges::adjacent_find(members, {}, &member::name) != members.end()) return false;
    to_ += '{';
    for (const auto& m : members) {
      append_plain(to_, m.name);
      to_ += ':';
      to_ += m.json;
      to_ += ',';
    }
    to_ += '}';
    return true;
  }

  std::string& to_;
  std::string_view rest_;
};

}  // namespace

bool append_normal_form(std::string& to, std::string_view json) {
  return normal_writer(to, json).whole();
}

bool is_same_json(std::string_view a, std::string_view b) {
  if (a == b) return true;
  std::string x, y;
  return append_normal_form(x, a) && append_normal_form(y, b) && x == y;
}

}  // namespace pawl

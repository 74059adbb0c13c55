#include "engine/text/json_locator.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/byte_words.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/utf8.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace pawl {
namespace {

static_assert(json_padding >= simdjson::SIMDJSON_PADDING);

constexpr std::size_t smallest_parser = 4 * 1024;  // chosen: a usual reply fits
constexpr std::size_t largest_kept = 256 * 1024;   // chosen: memory above it is given back

// '[' | 0x20 is '{', and ']' | 0x20 is '}'
constexpr bool is_opening(char c) noexcept {
  return (static_cast<unsigned char>(c) | 0x20U) == '{';
}
constexpr bool is_bracket(char c) noexcept {
  const auto folded = static_cast<unsigned char>(c) | 0x20U;
  return folded == '{' || folded == '}';
}

// A key is looked for by its first letter in a set of 64 bits. Several letters share a bit, so a bit that is
// set says "perhaps", and one that is not set says "no".
std::uint64_t letter_bit(char c) noexcept {
  return std::uint64_t{1} << (static_cast<unsigned char>(c) & 63U);
}

// The bits of the bytes that a key may begin with in JSON: its first letter, or the backslash of an escape;
// for an empty key the closing quote.
std::uint64_t first_letter_bits(std::string_view key) noexcept {
  return letter_bit('\\') | letter_bit(key.empty() ? '"' : key.front());
}

}  // namespace

// Runs simdjson's first stage, the vectorised part. It checks UTF-8 and that strings end, and yields the
// marks: the position of each bracket, colon and comma outside of strings, and of the first byte of each
// string and other scalar. simdjson calls this stage internal but offers it in its header. Its On-Demand walk
// over the marks takes three times the instructions of the walk below, which carries no errors along.
struct json_parser::impl {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;

  std::size_t capacity() const noexcept { return stages ? stages->capacity() : 0; }

  // False: the body is not JSON. The marks stay valid until the next call.
  bool mark(std::string_view body) {
    // The capacity is a power of two; else each reply that is a little longer than all before it would
    // allocate.
    if (capacity() < body.size()) {
      const auto room = std::bit_ceil(std::max(body.size(), smallest_parser));
      if (simdjson::get_active_implementation()->create_dom_parser_implementation(
              room, max_json_depth, stages) != simdjson::SUCCESS)
        return false;
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(body.data());
    return stages->stage1(bytes, body.size(), simdjson::stage1_mode::regular) == simdjson::SUCCESS;
  }
  std::span<const std::uint32_t> marks() const noexcept {
    return {stages->structural_indexes.get(), stages->n_structural_indexes};
  }
};

json_parser::json_parser() : impl_(std::make_unique<impl>()) {}
json_parser::~json_parser() = default;
json_parser::json_parser(json_parser&&) noexcept = default;

// One pass over the marks. A function that returns false has met something that makes the whole document
// unreadable.
struct json_locator::walk {
  json_locator& in;
  const char* text;  // the body
  const char* end;
  const std::uint32_t* mark;  // the next mark to look at
  const std::uint32_t* last;  // behind the last mark
  std::size_t depth = 0;      // brackets that are open at this place

  char letter() const noexcept { return text[*mark]; }
  bool at_end() const noexcept { return mark == last; }
  // The text from `start` to the end of the bracket that the last passed mark stands for.
  std::string_view since(const char* start) const noexcept {
    return {start, static_cast<std::size_t>(text + mark[-1] + 1 - start)};
  }

  node& at(std::uint32_t n) const noexcept { return in.nodes_[n]; }

  // Calls act(located&) for each path asked for that ends at this node or below it.
  void for_each_below(const node& n, auto act) const {
    for (const auto p : n.wanted_paths) act(in.found_[p]);
    for (const auto& m : n.wanted_members) for_each_below(at(m.node), act);
    if (n.element_wanted) for_each_below(at(n.element), act);
  }
  // Calls act(located&) for each path that ends below this node, but not at the node itself.
  void for_each_deeper(const node& n, auto act) const {
    for (const auto& m : n.wanted_members) for_each_below(at(m.node), act);
    if (n.element_wanted) for_each_below(at(n.element), act);
  }

  static void record(located& to, std::string_view text, bool in_list) {
    if (to.is == located::kind::broken) return;
    if (in_list) {
      to.elements.push_back(text);
    } else {
      to.is = located::kind::value;
      to.text = text;
    }
  }
  static void spoil(located& l) { l.is = located::kind::broken; }

  // Whether a backslash stands between a key's first letter and its colon.
  static bool has_backslash(const char* at, const char* colon) noexcept {
    for (; at < colon; at += sizeof(std::uint64_t)) {
      // The read goes beyond the colon, at worst into the padding; what it finds there does not count.
      const auto found = zero_bytes(load_word(at) ^ every_byte('\\'));
      if (found != 0) return std::countr_zero(found) / 8 < colon - at;
    }
    return false;
  }

  // The member whose key has its first letter at `raw_key`; null if no path asks for it.
  member* match(node& object, const char* raw_key, const char* colon) {
    // Only white space can stand between the key's closing quote and the colon; anything else would have a
    // mark of its own. So the first quote before the colon closes the key.
    const char* quote = colon - 1;
    while (*quote != '"') --quote;
    const auto size = static_cast<std::size_t>(quote - raw_key);
    for (auto& m : object.wanted_members)
      if (m.size == size && std::memcmp(raw_key, m.key, size) == 0) return &m;
    if (!has_backslash(raw_key, colon)) return nullptr;
    std::string_view token{raw_key - 1, static_cast<std::size_t>(end - raw_key) + 1};
    token = token.substr(0, string_token_size(token));
    for (auto& m : object.wanted_members)
      if (string_token_says(token, at(m.node).key)) return &m;
    return nullptr;
  }

  // Called behind an opening bracket. False: brackets are nested too deep.
  bool descend() noexcept { return ++depth <= max_json_depth; }

  // Skips the next value, whatever it is. Of a container only the balance of the brackets is checked.
  bool skip() noexcept {
    if (at_end()) return false;
    const char c = text[*mark++];
    if (is_opening(c)) return skip_container();
    return c != '}' && c != ']' && c != ',' && c != ':';
  }
  // Begins behind the opening bracket and ends behind the closing one.
  bool skip_container() noexcept {
    std::size_t open = 1;
    auto deepest = open;
    for (auto* m = mark; m != last; ++m) {
      const char c = text[*m];
      if (!is_bracket(c)) continue;
      if (is_opening(c)) {
        deepest = std::max(deepest, ++open);
      } else if (--open == 0) {
        mark = m + 1;
        return depth + deepest <= max_json_depth;
      }
    }
    return false;
  }

  // What follows a member or an element: a comma, the closing bracket, or something else.
  enum class sequel : std::uint8_t { another, closed, neither };
  sequel behind_item(char closing) noexcept {
    if (at_end()) return sequel::neither;
    const char c = text[*mark++];
    return c == ',' ? sequel::another : c == closing ? sequel::closed : sequel::neither;
  }

  // Begins behind the opening bracket and ends behind the closing one.
  bool members(node& n, bool in_list) {
    if (!descend()) return false;
    for (auto& m : n.wanted_members) m.seen = false;
    auto after = sequel::another;
    if (!at_end() && letter() == '}') {
      ++mark;
      after = sequel::closed;
    }
    while (after == sequel::another) {
      constexpr std::ptrdiff_t least = 4;  // key, colon, value, and what follows it
      if (last - mark < least || letter() != '"' || text[mark[1]] != ':') return false;
      const char* const key = text + *mark + 1;
      auto* wanted = (n.first_letters & letter_bit(*key)) != 0 ? match(n, key, text + mark[1]) : nullptr;
      mark += 2;
      if (wanted == nullptr) {
        if (!skip()) return false;
      } else {
        if (wanted->seen) return false;
        wanted->seen = true;
        if (!visit(at(wanted->node), in_list)) return false;
      }
      after = behind_item('}');
    }
    if (after == sequel::neither) return false;
    --depth;
    if (in_list)
      for (const auto& m : n.wanted_members)
        if (!m.seen) for_each_below(at(m.node), spoil);
    return true;
  }

  bool visit(node& n, bool in_list) {
    if (at_end()) return false;
    switch (letter()) {
      case '{':
        return visit_object(n, in_list);
      case '[':
        return visit_array(n, in_list);
      case '"':
      case '-':
      case 't':
      case 'f':
        return visit_scalar(n, in_list, false);
      case 'n':
        return visit_scalar(n, in_list, true);
      default:
        return is_digit(letter()) && visit_scalar(n, in_list, false);
    }
  }

  bool visit_scalar(node& n, bool in_list, bool is_null) {
    const char* start = text + *mark++;
    const char* stop = at_end() ? end : text + *mark;
    const auto token = trim({start, static_cast<std::size_t>(stop - start)});
    if (is_null && token != "null") return false;
    for (const auto p : n.wanted_paths) record(in.found_[p], token, in_list);
    if (is_null)
      for_each_deeper(n, [&](located& l) { record(l, token, in_list); });
    else
      for_each_deeper(n, spoil);
    return true;
  }

  bool visit_object(node& n, bool in_list) {
    if (n.element_wanted) for_each_below(at(n.element), spoil);
    const char* start = text + *mark;
    if (n.wanted_members.empty()) {
      if (!skip()) return false;
    } else {
      ++mark;
      if (!members(n, in_list)) return false;
    }
    for (const auto p : n.wanted_paths) record(in.found_[p], since(start), in_list);
    return true;
  }

  bool visit_array(node& n, bool in_list) {
    for (const auto& m : n.wanted_members) for_each_below(at(m.node), spoil);
    const char* start = text + *mark;
    if (!n.element_wanted) {
      if (!skip()) return false;
    } else {
      ++mark;
      if (!elements(at(n.element))) return false;
    }
    for (const auto p : n.wanted_paths) record(in.found_[p], since(start), in_list);
    return true;
  }

  // Begins behind the opening bracket and ends behind the closing one.
  bool elements(node& element) {
    if (!descend()) return false;
    for_each_below(element, [](located& l) {
      if (l.is != located::kind::broken) l.is = located::kind::list;
    });
    auto after = sequel::another;
    if (!at_end() && letter() == ']') {
      ++mark;
      after = sequel::closed;
    }
    while (after == sequel::another) {
      if (!visit(element, true)) return false;
      after = behind_item(']');
    }
    --depth;
    return after == sequel::closed;
  }
};

json_locator::json_locator(std::span<const json_path> paths) : nodes_(1), found_(paths.size()) {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto& trail = trails_.emplace_back();
    std::uint32_t n = 0;
    for (const auto& step : paths[i]) {
      trail.push_back(n = child(n, step.key));
      if (step.each) trail.push_back(n = element_of(n));
    }
  }
}

std::uint32_t json_locator::child(std::uint32_t parent, const std::string& key) {
  for (const auto c : nodes_[parent].children)
    if (nodes_[c].key == key) return c;
  const auto made = static_cast<std::uint32_t>(nodes_.size());
  auto& n = nodes_.emplace_back();
  n.key = key;
  n.plain_key = !needs_json_escape(key);
  nodes_[parent].children.push_back(made);
  return made;
}

std::uint32_t json_locator::element_of(std::uint32_t parent) {
  if (nodes_[parent].element == 0) {
    nodes_[parent].element = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  return nodes_[parent].element;
}

void json_locator::ask_for(std::span<const std::uint32_t> wanted) {
  for (const auto path : wanted) {
    auto& to = found_[path];
    to.is = located::kind::absent;
    to.text = {};
    to.elements.clear();
  }
  // Most rows of one file change the same fields, so the tree is often marked for them already.
  if (std::ranges::equal(wanted, asked_)) return;
  asked_.assign(wanted.begin(), wanted.end());
  ++askings_;
  nodes_[0].wanted_members.clear();
  nodes_[0].first_letters = 0;
  for (const auto path : wanted) link(path);
}

void json_locator::link(std::uint32_t path) {
  std::uint32_t parent = 0;
  for (const auto n : trails_[path]) {
    auto& here = nodes_[n];
    if (here.asking != askings_) {
      here.asking = askings_;
      here.wanted_paths.clear();
      here.wanted_members.clear();
      here.first_letters = 0;
      here.element_wanted = false;
      auto& above = nodes_[parent];
      if (above.element == n) {
        above.element_wanted = true;
      } else {
        above.first_letters |= first_letter_bits(here.key);
        above.wanted_members.push_back(
            {here.key.data(), here.plain_key ? static_cast<std::uint32_t>(here.key.size()) : ~0U, n, false});
      }
    }
    parent = n;
  }
  if (!trails_[path].empty()) nodes_[parent].wanted_paths.push_back(path);
}

bool json_locator::locate(json_parser& parser, std::string_view body, std::span<const std::uint32_t> wanted) {
  ask_for(wanted);
  body = without_mark(body);
  if (body.empty()) return false;

  auto& stage = *parser.impl_;
  bool readable = false;
  if (stage.mark(body)) {
    const auto marks = stage.marks();
    walk pass{*this, body.data(), body.data() + body.size(), marks.data(), marks.data() + marks.size()};
    // Nothing may follow the root's closing bracket.
    readable = pass.letter() == '{' && (++pass.mark, pass.members(nodes_[0], false)) && pass.at_end();
  }
  if (stage.capacity() > largest_kept) parser.impl_ = std::make_unique<json_parser::impl>();
  return readable;
}

}  // namespace pawl

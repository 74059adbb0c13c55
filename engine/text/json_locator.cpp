#include "engine/text/json_locator.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/byte_words.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/json_pick.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/utf8.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace pawl {
namespace {

static_assert(json_padding >= simdjson::SIMDJSON_PADDING);

constexpr std::size_t smallest_parser = 4 * 1024;  // chosen: a usual reply fits

// '[' | 0x20 is '{', and ']' | 0x20 is '}'
constexpr bool is_opening(char c) noexcept {
  return (static_cast<unsigned char>(c) | 0x20U) == '{';
}
constexpr bool is_bracket(char c) noexcept {
  const auto folded = static_cast<unsigned char>(c) | 0x20U;
  return folded == '{' || folded == '}';
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
    if (n.array_wanted) for_each_in_array(n, act);
  }
  // Calls act(located&) for each path that ends below this node, but not at the node itself.
  void for_each_deeper(const node& n, auto act) const {
    for (const auto& m : n.wanted_members) for_each_below(at(m.node), act);
    if (n.array_wanted) for_each_in_array(n, act);
  }
  // Calls act(located&) for each path that goes into the array at this node.
  void for_each_in_array(const node& n, auto act) const {
    if (n.element_wanted) for_each_below(at(n.element), act);
    for (const auto picked : n.wanted_picks) for_each_below(at(picked), act);
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
    if (n.array_wanted) for_each_in_array(n, spoil);
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
    if (!n.array_wanted) {
      if (!skip()) return false;
    } else {
      ++mark;
      if (n.wanted_picks.empty() ? !elements(at(n.element)) : !picked_elements(n, in_list)) return false;
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

  // As elements(), where paths pick elements.
  bool picked_elements(node& n, bool in_list) {
    if (!descend()) return false;
    if (n.element_wanted)
      for_each_below(at(n.element), [](located& l) {
        if (l.is != located::kind::broken) l.is = located::kind::list;
      });
    for (const auto p : n.wanted_picks) at(p).seen = false;
    auto after = sequel::another;
    if (!at_end() && letter() == ']') {
      ++mark;
      after = sequel::closed;
    }
    for (std::size_t position = 0; after == sequel::another; ++position) {
      const auto* const here = mark;
      if (!skip()) return false;
      const auto* const behind = mark;
      const auto element = since(text + *here);  // of a scalar its first byte, which is enough
      const auto look = [&](node& to, bool as_element) {
        mark = here;
        return visit(to, as_element) && mark == behind;
      };
      if (n.element_wanted && !look(at(n.element), true)) return false;
      for (const auto p : n.wanted_picks) {
        auto& one = at(p);
        const auto is = is_picked(in.picks_[one.pick - 1], position, element);
        if (is == picked::unclear) return false;
        if (is == picked::no) continue;
        if (std::exchange(one.seen, true))
          for_each_below(one, spoil);
        else if (!look(one, in_list))
          return false;
      }
      mark = behind;
      after = behind_item(']');
    }
    --depth;
    if (in_list)
      for (const auto p : n.wanted_picks)
        if (!at(p).seen) for_each_below(at(p), spoil);
    return after == sequel::closed;
  }

  // The document: an object, or an array if a path begins at one. Nothing may follow its closing bracket.
  bool document(node& root) {
    if (letter() == '[') return root.array_wanted && visit_array(root, false) && at_end();
    if (root.array_wanted) for_each_in_array(root, spoil);
    return letter() == '{' && (++mark, members(root, false)) && at_end();
  }
};

bool json_locator::locate(json_parser& parser, std::string_view body, std::span<const std::uint32_t> wanted) {
  ask_for(wanted);
  body = without_mark(body);
  if (body.empty()) return false;

  auto& stage = *parser.impl_;
  bool readable = false;
  if (stage.mark(body)) {
    const auto marks = stage.marks();
    walk pass{*this, body.data(), body.data() + body.size(), marks.data(), marks.data() + marks.size()};
    readable = pass.document(nodes_[0]);
  }
  if (stage.capacity() > most_kept_json) parser.impl_ = std::make_unique<json_parser::impl>();
  return readable;
}

}  // namespace pawl

#include "engine/api/value_locator.hpp"

#include "engine/api/json_text.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace pawl::api {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t smallest_parser = 4 * 1024;  // chosen: a usual reply
constexpr std::size_t largest_kept = 256 * 1024;   // chosen: above it, memory is given back
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// The deepest nesting is at most the number of opening brackets, and few replies have more than 64 of those:
// only they are scanned for their true depth. (On-Demand skips in a loop and knows no bound of its own.)
bool too_deep(std::string_view body) noexcept {
  const auto opens = [](char c) {
    return (static_cast<unsigned char>(c) | 0x20U) == '{';
  };  // '[' | 0x20 is '{'
  // Blocks of a fixed size whose count fits a byte: the compiler makes vector code of them, ten times as fast
  // as std::count_if (66 against 580 ns for 2.7 KB, 2026-11-23).
  constexpr std::size_t block = 128;
  std::size_t opened = 0, at = 0;
  for (; at + block <= body.size(); at += block) {
    std::uint8_t in_block = 0;
    for (std::size_t i = 0; i < block; ++i)
      in_block = static_cast<std::uint8_t>(in_block + static_cast<std::uint8_t>(opens(body[at + i])));
    opened += in_block;
  }
  for (; at < body.size(); ++at) opened += opens(body[at]) ? 1U : 0U;
  if (opened <= max_json_depth) return false;

  std::size_t depth = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    switch (body[i]) {
      case '"':
        for (++i; i < body.size() && body[i] != '"'; ++i)
          if (body[i] == '\\') ++i;
        break;
      case '{':
      case '[':
        if (++depth > max_json_depth) return true;
        break;
      case '}':
      case ']':
        if (depth > 0) --depth;
        break;
      default:
        break;
    }
  }
  return false;
}

// Letters share bits, so a bit that is set says "perhaps", one that is not says "no".
std::uint64_t letter_bit(char c) noexcept {
  return std::uint64_t{1} << (static_cast<unsigned char>(c) & 63U);
}

// The bytes that a key may begin with as JSON: its first letter, or the backslash of an escape; the closing
// quote if it is empty.
std::uint64_t first_letter_bits(std::string_view key) noexcept {
  return letter_bit('\\') | letter_bit(key.empty() ? '"' : key.front());
}

}  // namespace

struct json_parser::impl {
  ondemand::parser parser;
};

json_parser::json_parser() : impl_(std::make_unique<impl>()) {}
json_parser::~json_parser() = default;
json_parser::json_parser(json_parser&&) noexcept = default;

// One pass. A function that answers false has met something that makes the whole document unreadable.
struct value_locator::walk {
  value_locator& in;
  const char* end;  // of the body
  // The first backslash at or behind the last key that was asked about; `end` if there is no more.
  const char* backslash = nullptr;

  node& at(std::uint32_t n) const noexcept { return in.nodes_[n]; }

  // Calls act(located&) for each path asked for that ends at this node or below it.
  void for_each_below(const node& n, auto act) const {
    for (const auto p : n.wanted_paths) act(in.found_[p]);
    for (const auto& m : n.wanted_members) for_each_below(at(m.node), act);
    if (n.element_wanted) for_each_below(at(n.element), act);
  }
  // The same without the node itself.
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

  // Whether the key is written with escapes, and could be one of ours: those that we look for have at most
  // six bytes (`\u0069`) for each of theirs. Keys come in document order, so each backslash is found once.
  bool is_escaped(const char* raw_key) {
    if (backslash < raw_key) {
      const auto* next = std::memchr(raw_key, '\\', static_cast<std::size_t>(end - raw_key));
      backslash = next == nullptr ? end : static_cast<const char*>(next);
    }
    const auto distance = static_cast<std::size_t>(backslash - raw_key);
    return backslash != end && distance < 6 * in.longest_key_ &&
           std::memchr(raw_key, '"', distance) == nullptr;
  }

  // The member with that key; null if it is not asked for.
  member* match(node& object, const char* raw_key) {
    if ((object.first_letters & letter_bit(*raw_key)) == 0) return nullptr;
    const auto room = static_cast<std::size_t>(end - raw_key);
    for (auto& m : object.wanted_members)
      if (m.size < room && raw_key[m.size] == '"' && std::memcmp(raw_key, m.key, m.size) == 0) return &m;
    if (!is_escaped(raw_key)) return nullptr;
    const char* stop = raw_key;
    while (stop < end && *stop != '"') stop += *stop == '\\' ? 2 : 1;
    if (stop >= end) return nullptr;
    const std::string_view token{raw_key - 1, static_cast<std::size_t>(stop - raw_key) + 2};
    for (auto& m : object.wanted_members)
      if (string_token_says(token, at(m.node).key)) return &m;
    return nullptr;
  }

  bool members(node& n, ondemand::object& object, bool in_list) {
    for (auto& m : n.wanted_members) m.seen = false;
    for (auto field : object) {
      ondemand::raw_json_string key;
      if (field.key().get(key)) return false;
      auto* wanted = match(n, key.raw());
      if (wanted == nullptr) continue;
      if (wanted->seen) return false;
      wanted->seen = true;
      ondemand::value value;
      if (field.value().get(value) || !visit(at(wanted->node), value, in_list)) return false;
    }
    for (const auto& m : n.wanted_members)
      if (in_list && !m.seen) for_each_below(at(m.node), spoil);
    return true;
  }

  bool visit(node& n, ondemand::value& value, bool in_list) {
    ondemand::json_type type{};
    if (value.type().get(type)) return false;
    switch (type) {
      case ondemand::json_type::object:
        return visit_object(n, value, in_list);
      case ondemand::json_type::array:
        return visit_array(n, value, in_list);
      case ondemand::json_type::null:
      case ondemand::json_type::string:
      case ondemand::json_type::number:
      case ondemand::json_type::boolean:
        break;
    }
    const auto text = trim_json(value.raw_json_token());
    // type() has looked at the first letter only.
    if (type == ondemand::json_type::null && text != "null") return false;
    for (const auto p : n.wanted_paths) record(in.found_[p], text, in_list);
    if (type == ondemand::json_type::null)
      for_each_deeper(n, [&](located& l) { record(l, text, in_list); });
    else
      for_each_deeper(n, spoil);
    return true;
  }

  bool visit_object(node& n, ondemand::value& value, bool in_list) {
    if (n.element_wanted) for_each_below(at(n.element), spoil);
    if (n.wanted_paths.empty() && n.wanted_members.empty()) return true;
    ondemand::object object;
    if (value.get_object().get(object)) return false;
    if (!n.wanted_paths.empty()) {
      std::string_view text;
      if (object.raw_json().get(text)) return false;
      for (const auto p : n.wanted_paths) record(in.found_[p], trim_json(text), in_list);
      if (!n.wanted_members.empty() && object.reset().error()) return false;
    }
    return n.wanted_members.empty() || members(n, object, in_list);
  }

  bool visit_array(node& n, ondemand::value& value, bool in_list) {
    for (const auto& m : n.wanted_members) for_each_below(at(m.node), spoil);
    if (n.wanted_paths.empty() && !n.element_wanted) return true;
    ondemand::array array;
    if (value.get_array().get(array)) return false;
    if (!n.wanted_paths.empty()) {
      std::string_view text;
      if (array.raw_json().get(text)) return false;
      for (const auto p : n.wanted_paths) record(in.found_[p], trim_json(text), in_list);
      if (n.element_wanted && array.reset().error()) return false;
    }
    if (!n.element_wanted) return true;
    auto& element = at(n.element);
    for_each_below(element, [](located& l) {
      if (l.is != located::kind::broken) l.is = located::kind::list;
    });
    for (auto each : array) {
      ondemand::value inner;
      if (each.get(inner) || !visit(element, inner, true)) return false;
    }
    return true;
  }
};

value_locator::value_locator(std::span<const json_path> paths) : nodes_(1), found_(paths.size()) {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto& trail = trails_.emplace_back();
    std::uint32_t n = 0;
    for (const auto& step : paths[i]) {
      trail.push_back(n = child(n, step.key));
      if (step.each) trail.push_back(n = element_of(n));
    }
  }
}

std::uint32_t value_locator::child(std::uint32_t parent, const std::string& key) {
  for (const auto c : nodes_[parent].children)
    if (nodes_[c].key == key) return c;
  const auto made = static_cast<std::uint32_t>(nodes_.size());
  auto& n = nodes_.emplace_back();
  n.key = key;
  n.plain_key = std::ranges::none_of(
      key, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
  nodes_[parent].children.push_back(made);
  longest_key_ = std::max(longest_key_, key.size());
  return made;
}

std::uint32_t value_locator::element_of(std::uint32_t parent) {
  if (nodes_[parent].element == 0) {
    nodes_[parent].element = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  return nodes_[parent].element;
}

void value_locator::ask_for(std::span<const std::uint32_t> wanted) {
  for (const auto path : wanted) {
    auto& to = found_[path];
    to.is = located::kind::absent;
    to.text = {};
    to.elements.clear();
  }
  // Rows of one file mostly change the same fields: then the tree is marked already.
  if (std::ranges::equal(wanted, asked_)) return;
  asked_.assign(wanted.begin(), wanted.end());
  ++askings_;
  nodes_[0].wanted_members.clear();
  nodes_[0].first_letters = 0;
  for (const auto path : wanted) link(path);
}

void value_locator::link(std::uint32_t path) {
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

bool value_locator::locate(json_parser& parser, std::string_view body,
                           std::span<const std::uint32_t> wanted) {
  ask_for(wanted);
  if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
  if (body.empty() || too_deep(body)) return false;

  auto& p = parser.impl_->parser;
  // In powers of two: simdjson alone would allocate anew for each reply that is a little longer.
  if (p.capacity() < body.size() && p.allocate(std::bit_ceil(std::max(body.size(), smallest_parser))))
    return false;
  bool readable = false;
  {
    ondemand::document document;
    ondemand::object root;
    if (!p.iterate(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING).get(document) &&
        !document.get_object().get(root)) {
      walk pass{*this, body.data() + body.size()};
      // Behind the root's last bracket there is nothing more.
      readable = pass.members(nodes_[0], root, false) &&
                 document.current_location().error() == simdjson::OUT_OF_BOUNDS;
    }
  }
  if (p.capacity() > largest_kept) parser.impl_ = std::make_unique<json_parser::impl>();
  return readable;
}

}  // namespace pawl::api

// The tree of the paths that a json_locator looks for.
#include "engine/text/json_locator.hpp"
#include "engine/text/json_string.hpp"

#include <algorithm>

namespace pawl {
namespace {

// The bits of the bytes that a key may begin with in JSON: its first letter, or the backslash of an escape;
// for an empty key the closing quote.
std::uint64_t first_letter_bits(std::string_view key) noexcept {
  return json_locator::letter_bit('\\') | json_locator::letter_bit(key.empty() ? '"' : key.front());
}

}  // namespace

json_locator::json_locator(std::span<const json_path> paths) : nodes_(1), found_(paths.size()) {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto& trail = trails_.emplace_back();
    std::uint32_t n = 0;
    for (const auto& step : paths[i]) {
      if (!(trail.empty() && step.key.empty() && is_array(step))) trail.push_back(n = child(n, step.key));
      if (step.each) trail.push_back(n = element_of(n));
      if (step.pick) trail.push_back(n = picked_of(n, *step.pick));
    }
  }
}

std::uint32_t json_locator::child(std::uint32_t parent, const std::string& key) {
  for (const auto c : nodes_[parent].children)
    if (nodes_[c].pick == 0 && nodes_[c].key == key) return c;
  const auto made = static_cast<std::uint32_t>(nodes_.size());
  auto& n = nodes_.emplace_back();
  n.key = key;
  n.plain_key = !needs_json_escape(key);
  nodes_[parent].children.push_back(made);
  return made;
}

std::uint32_t json_locator::picked_of(std::uint32_t parent, const array_pick& pick) {
  for (const auto c : nodes_[parent].children)
    if (nodes_[c].pick != 0 && picks_[nodes_[c].pick - 1] == pick) return c;
  const auto made = static_cast<std::uint32_t>(nodes_.size());
  picks_.push_back(pick);
  nodes_.emplace_back().pick = static_cast<std::uint32_t>(picks_.size());
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
  forget_wanted(nodes_[0]);
  for (const auto path : wanted) link(path);
}

void json_locator::forget_wanted(node& n) {
  n.wanted_paths.clear();
  n.wanted_members.clear();
  n.wanted_picks.clear();
  n.first_letters = 0;
  n.array_wanted = n.element_wanted = false;
}

void json_locator::link(std::uint32_t path) {
  std::uint32_t parent = 0;
  for (const auto n : trails_[path]) {
    auto& here = nodes_[n];
    if (here.asking != askings_) {
      here.asking = askings_;
      forget_wanted(here);
      auto& above = nodes_[parent];
      if (above.element == n) {
        above.array_wanted = above.element_wanted = true;
      } else if (here.pick != 0) {
        above.array_wanted = true;
        above.wanted_picks.push_back(n);
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

}  // namespace pawl

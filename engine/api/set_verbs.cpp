#include "engine/api/set_verbs.hpp"

#include "engine/text/json_locator.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace pawl::api {

// Equal elements have equal keys. A string without escapes is its own key; other strings and numbers use the
// normal form.
bool set_builder::make_key(std::string_view token, std::string_view& key) {
  if (token.empty()) return false;
  if (token.front() == '"') {
    if (!is_string_token(token)) return false;
    if (with_case_ && token.find('\\') == std::string_view::npos) {
      key = token;
      return true;
    }
  } else if (token.front() != '-' && (token.front() < '0' || token.front() > '9')) {
    return false;
  }
  scratch_.clear();
  if (!append_normal_form(scratch_, token)) return false;
  if (!with_case_) scratch_ = fold_case(scratch_);
  key = keys_.copy(scratch_);
  return true;
}

bool set_builder::push(std::string_view token) {
  element e;
  e.token = trim(token);
  if (!make_key(e.token, e.key)) return false;
  elements_.push_back(e);
  return true;
}

bool set_builder::begin(const located& shown, comparison how) {
  with_case_ = how != comparison::set_nocase;
  elements_.clear();
  removed_.clear();
  keys_.clear();
  const auto push_one = [this](std::string_view token) { return push(token); };
  bool known = false;
  if (shown.is == located::kind::list)
    known = std::ranges::all_of(shown.elements, push_one);
  else if (shown.is == located::kind::value)
    known = shown.text == "null" || for_each_element(shown.text, push_one);
  return known;
}

bool set_builder::apply(set_verb verb, std::string_view list, const name_directory* names) {
  return for_each_element(list, [&](std::string_view token) {
    token = trim(token);
    if (takes_names(verb)) {
      scratch_.clear();
      if (names == nullptr || !is_string_token(token) || !append_unescaped(scratch_, token)) return false;
      const auto found = names->find(scratch_);
      if (found.is != name_directory::match::id) return false;
      token = found.id_json;
    }
    if (adds(verb)) return push(token);
    std::string_view key;
    if (!make_key(token, key)) return false;
    removed_.push_back(key);
    return true;
  });
}

std::string_view set_builder::finish(byte_arena& arena) {
  std::ranges::sort(removed_);
  order_.resize(elements_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::ranges::sort(order_, [this](std::uint32_t a, std::uint32_t b) {
    const auto by_key = elements_[a].key <=> elements_[b].key;
    return by_key != 0 ? by_key < 0 : a < b;
  });

  kept_.assign(elements_.size(), 0);
  std::size_t bytes = 2, kept = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const auto at = order_[i];
    const auto& e = elements_[at];
    if (i > 0 && elements_[order_[i - 1]].key == e.key) continue;  // a repeat: the first one counts
    if (std::ranges::binary_search(removed_, e.key)) continue;
    kept_[at] = 1;
    ++kept;
    bytes += e.token.size() + 1;
  }

  char* const begin = arena.allocate(bytes);
  char* to = begin;
  *to++ = '[';
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    if (kept_[i] == 0) continue;
    std::memcpy(to, elements_[i].token.data(), elements_[i].token.size());
    to += elements_[i].token.size();
    if (--kept > 0) *to++ = ',';
  }
  *to++ = ']';
  const auto used = static_cast<std::size_t>(to - begin);
  arena.shrink_last(begin, used);
  return {begin, used};
}

}  // namespace pawl::api

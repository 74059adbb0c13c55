#include "engine/api/field_places.hpp"

#include "engine/api/json_compare.hpp"
#include "engine/api/member_values.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_pick.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>
#include <utility>

namespace pawl::api {
namespace {

std::string picking_json(const std::string& text) {
  return is_json_integer(text) || text == "true" || text == "false" ? text : json_string(text);
}

// Appends {"a":{"b":VALUE}} for the path a.b; the value itself for an empty path.
void append_nested(std::string& to, const json_path& path, std::string_view json) {
  for (const auto& one : path) {
    to += '{';
    append_json_string(to, one.key);
    to += ':';
  }
  to += json;
  to.append(path.size(), '}');
}

// What stands in `json` behind a path of keys; empty: nothing.
std::string_view value_at(std::string_view json, std::span<const path_step> path) {
  for (const auto& one : path) {
    std::string_view inside;
    for_each_member(json, [&](std::string_view key, std::string_view value) {
      if (string_token_says(key, one.key)) inside = value;
      return inside.empty();
    });
    json = inside;
  }
  return json;
}

// Whether a value that stands on the way to another is as good as none.
bool is_nothing(std::string_view json) noexcept {
  return json.empty() || json == "null";
}

// Those of which `of` gives the same as the first that is not taken yet; these are taken.
template <class Placed, class Of>
std::vector<Placed> take_same(const std::vector<Placed>& all, std::vector<char>& taken, std::size_t first,
                              Of of) {
  std::vector<Placed> group;
  for (auto i = first; i < all.size(); ++i) {
    if (taken[i] != 0 || of(all[i]) != of(all[first])) continue;
    taken[i] = 1;
    group.push_back(all[i]);
  }
  return group;
}

template <class Placed>
std::vector<Placed> one_step_on(std::vector<Placed> group) {
  for (auto& p : group) p.rest = p.rest.subspan(1);
  return group;
}

}  // namespace

class field_places::compiler {
 public:
  explicit compiler(field_places& to) : to_(to) {}

  void add(const json_path& at, field_codec codec, comparison how) {
    auto& made = to_.fields_.emplace_back();
    made.codec = std::move(codec);
    made.how = how;
    std::uint32_t above = 0;
    for (std::size_t i = 0; i < at.size() && !made.walks; ++i) {
      if (i > 0 || !begins_at_array(at))
        add(made, above, {step::kind::member, at[i], 0, json_string(at[i].key) + ':'});
      if (const auto& pick = at[i].pick) {
        auto opening = pick->member.empty() ? std::string{}
                                            : json_string(pick->member) + ':' + picking_json(pick->value);
        add(made, above, {step::kind::element, at[i], 0, std::move(opening)});
      }
      if (!at[i].each) continue;
      made.walks = true;
      made.inside.assign(at.begin() + static_cast<std::ptrdiff_t>(i) + 1, at.end());
    }
  }

 private:
  void add(field& to, std::uint32_t& above, step one) {
    const auto next = static_cast<std::uint32_t>(nodes_.size() + 1);
    const auto& pick = one.at.pick;
    const bool picks = one.is == step::kind::element;
    above = nodes_
                .try_emplace({above, picks, picks ? pick->member : one.at.key, picks ? pick->value : "",
                              picks ? pick->index : 0},
                             next)
                .first->second;
    one.node = above;
    to.steps.push_back(std::move(one));
  }

  // Above node, whether it is an element, key, value, index.
  using step_key = std::tuple<std::uint32_t, bool, std::string, std::string, std::uint32_t>;
  field_places& to_;
  std::map<step_key, std::uint32_t> nodes_;
};

field_places::field_places(const profile& p) {
  compiler compile(*this);
  for (const auto& f : p.fields) {
    compile.add(f.at.empty() ? json_path{{f.name, false}} : f.at, field_codec(f), f.compare);
    const auto& made = fields_.back();
    const bool is_by_name = made.steps.size() == 1 && !made.walks && made.steps.front().at.key == f.name;
    is_flat_ = is_flat_ && is_by_name && made.codec.writes_as_given();
  }
}

field_places field_places::shown(const profile& p, const json_path& root) {
  field_places made;
  made.is_flat_ = false;
  made.is_shown_ = true;
  compiler compile(made);
  const auto below_root = [&root](const json_path& path) {
    if (path.empty()) return path;
    auto whole = root;
    whole.insert(whole.end(), path.begin(), path.end());
    return whole;
  };
  for (const auto& f : p.fields) {
    auto [path, codec] = place_of(f);
    compile.add(below_root(path), codec.without_send(), f.compare);
  }
  compile.add(below_root(p.reply.updated_at), {}, comparison::exact);
  return made;
}

std::string_view field_places::top_key(const field_value& v) const noexcept {
  const auto i = to_index(v.field);
  const bool is_placed = i < fields_.size() && !fields_[i].steps.empty();
  return is_placed ? std::string_view{fields_[i].steps.front().at.key} : v.name;
}

std::vector<field_places::placed> field_places::place(std::span<const field_value> values) const {
  std::vector<placed> all;
  for (const auto& v : values) {
    const auto i = to_index(v.field);
    if (i >= fields_.size())
      all.push_back({{}, &v, nullptr});
    else if (!fields_[i].steps.empty())
      all.push_back({fields_[i].steps, &v, &fields_[i]});
  }
  return all;
}

// Appends the value as it stands in its place. `there`: what stands there; empty: nothing.
void field_places::append_value(std::string& to, const placed& p, std::string_view there) const {
  if (p.of == nullptr) {
    to += p.value->json;
  } else if (p.of->walks) {
    append_walked(to, p, there);
  } else if (p.of->how == comparison::members) {
    std::string value;
    p.of->codec.append_written(value, p.value->json);
    append_put_over(to, there, value);
  } else {
    p.of->codec.append_written(to, p.value->json, there);
  }
}

// Appends a list of objects that have the elements of the value inside. An element of `there` that has the
// same inside stays as it is.
void field_places::append_walked(std::string& to, const placed& p, std::string_view there) const {
  std::string list;
  p.of->codec.append_written(list, p.value->json);
  std::vector<std::string_view> shown;
  for_each_element(there, [&shown](std::string_view element) {
    shown.push_back(element);
    return true;
  });
  json_comparer comparer;
  const auto begin = to.size();
  to += '[';
  const bool is_list = for_each_element(list, [&](std::string_view element) {
    append_comma(to);
    const auto same = std::ranges::find_if(shown, [&](std::string_view other) {
      const auto inside = value_at(other, p.of->inside);
      return !inside.empty() && comparer.compare_element(p.of->how, element, inside) == equality::equal;
    });
    if (same == shown.end()) {
      append_nested(to, p.of->inside, element);
    } else {
      to += *same;
      *same = {};
    }
    return true;
  });
  to += ']';
  if (is_list) return;
  to.resize(begin);
  to += is_shown_ && list == "null" ? "[]" : list;
}

// Appends the members of an object that is open.
bool field_places::append_members(std::string& to, const std::vector<placed>& all) const {
  std::vector<char> taken(all.size(), 0);
  bool is_first = to.ends_with('{'), good = true;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (taken[i] != 0) continue;
    if (!is_first) to += ',';
    is_first = false;
    const auto& p = all[i];
    if (p.of == nullptr) {
      append_json_string(to, p.value->name);
      to += ':';
      append_value(to, p);
      continue;
    }
    const auto group = take_same(all, taken, i, [](const placed& x) {
      return x.of == nullptr ? std::uint32_t{0} : x.rest.front().node;
    });
    to += p.rest.front().opening;
    good = append_group(to, one_step_on(group)) && good;
  }
  return good;
}

// Appends the value of a member, or an element, of which these are the parts.
bool field_places::append_group(std::string& to, const std::vector<placed>& all) const {
  if (all.front().rest.empty()) {
    append_value(to, all.front());
    return true;
  }
  return append_inside(to, all.front().rest.front().is == step::kind::member ? "{}" : "[]", all);
}

void field_places::append_fields(std::string& to, std::span<const field_value> values,
                                 bool with_braces) const {
  // Members are told apart by the bracket before the first one, so they are made by themselves.
  std::string made = "{";
  append_members(made, place(values));
  to += std::string_view{made}.substr(with_braces ? 0 : 1);
  if (with_braces) to += '}';
}

// Appends the value in place of the one that stands there; empty: none does.
bool field_places::append_inside(std::string& to, std::string_view there,
                                 const std::vector<placed>& all) const {
  if (!all.front().rest.empty()) {
    const bool in_object = all.front().rest.front().is == step::kind::member;
    if (is_nothing(there)) there = in_object ? "{}" : "[]";
    if (!there.starts_with(in_object ? '{' : '[')) return false;
    return in_object ? append_object_over(to, there, all) : append_list_over(to, there, all);
  }
  const auto& one = all.front();
  if (one.of->walks && !is_nothing(there) && !there.starts_with('[')) return false;
  append_value(to, one, there);
  return true;
}

bool field_places::append_object_over(std::string& to, std::string_view object,
                                      const std::vector<placed>& all) const {
  const auto key_of = [](const placed& p) {
    return p.of == nullptr ? p.value->name : std::string_view{p.rest.front().at.key};
  };
  std::vector<char> taken(all.size(), 0);
  to += '{';
  bool good = for_each_member(object, [&](std::string_view key, std::string_view there) {
    append_comma(to);
    to.append(key).append(1, ':');
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (taken[i] != 0 || !string_token_says(key, key_of(all[i]))) continue;
      const auto group = take_same(all, taken, i, key_of);
      if (group.front().of != nullptr) return append_inside(to, there, one_step_on(group));
      append_value(to, group.front());
      return true;
    }
    to += there;
    return true;
  });
  std::vector<placed> left;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (taken[i] == 0) left.push_back(all[i]);
  good = append_members(to, left) && good;
  to += '}';
  return good;
}

bool field_places::append_list_over(std::string& to, std::string_view list,
                                    const std::vector<placed>& all) const {
  const auto node_of = [](const placed& p) { return p.rest.front().node; };
  std::vector<char> taken(all.size(), 0);
  std::vector<std::size_t> firsts;  // of each pick its first value
  for (std::size_t i = 0; i < all.size(); ++i)
    if (std::ranges::none_of(firsts, [&](std::size_t f) { return node_of(all[f]) == node_of(all[i]); }))
      firsts.push_back(i);
  std::size_t size = 0;
  to += '[';
  bool good = for_each_element(list, [&](std::string_view there) {
    append_comma(to);
    const auto position = size++;
    bool is_put = false;
    for (const auto i : firsts) {
      const auto is = is_picked(*all[i].rest.front().at.pick, position, there);
      if (is == picked::no) continue;
      // One element for each pick, and one pick for each element.
      if (is == picked::unclear || is_put || taken[i] != 0) return false;
      is_put = true;
      if (!append_inside(to, there, one_step_on(take_same(all, taken, i, node_of)))) return false;
    }
    if (!is_put) to += there;
    return true;
  });
  for (const auto i : firsts) {
    if (taken[i] != 0) continue;
    const auto& here = all[i].rest.front();
    if (here.at.pick->member.empty() && here.at.pick->index != size) good = false;
    ++size;
    append_comma(to);
    const auto group = one_step_on(take_same(all, taken, i, node_of));
    if (here.opening.empty() || group.front().rest.empty()) {
      good = append_group(to, group) && good;
      continue;
    }
    to += '{';
    to += here.opening;
    good = append_members(to, group) && good;
    to += '}';
  }
  to += ']';
  return good;
}

bool field_places::append_over(std::string& to, std::string_view whole,
                               std::span<const field_value> values) const {
  const auto all = place(values);
  if (!all.empty()) {
    const bool in_list = all.front().of != nullptr && all.front().rest.front().is == step::kind::element;
    if (!whole.starts_with(in_list ? '[' : '{')) return false;
    return in_list ? append_list_over(to, whole, all) : append_object_over(to, whole, all);
  }
  to += whole;
  return true;
}

}  // namespace pawl::api

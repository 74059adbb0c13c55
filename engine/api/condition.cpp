#include "engine/api/condition.hpp"

#include "engine/api/shown.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <compare>
#include <cstddef>
#include <optional>
#include <string_view>

namespace pawl::api {
namespace {

using test = precondition::test;

condition_state as_state(bool holds) noexcept {
  return holds ? condition_state::holds : condition_state::fails;
}

// A number taken apart: 0.digits * 10^magnitude. Zero has no digits.
struct decimal {
  bool negative = false;
  std::int64_t magnitude = 0;
  std::string_view digits;  // neither leading nor trailing zeros
};

// Takes apart what append_normal_number() wrote.
std::optional<decimal> take_apart(std::string_view normal) noexcept {
  decimal d;
  if (normal == "0") return d;
  if (normal.starts_with('-')) {
    d.negative = true;
    normal.remove_prefix(1);
  }
  const auto e = normal.find('e');
  if (e == std::string_view::npos) return std::nullopt;
  d.digits = normal.substr(0, e);
  const auto* end = normal.data() + normal.size();
  const auto [stop, error] = std::from_chars(normal.data() + e + 1, end, d.magnitude);
  // append_normal_number() leaves a number whose exponent is too large as it was written; such numbers have
  // no order here.
  if (error != std::errc{} || stop != end || d.digits.find('.') != std::string_view::npos)
    return std::nullopt;
  d.magnitude += static_cast<std::int64_t>(d.digits.size());
  return d;
}

std::strong_ordering order(const decimal& a, const decimal& b) noexcept {
  const auto sign = [](const decimal& d) { return d.digits.empty() ? 0 : d.negative ? -1 : 1; };
  if (const auto by_sign = sign(a) <=> sign(b); by_sign != 0 || sign(a) == 0) return by_sign;
  auto by_size = a.magnitude <=> b.magnitude;
  if (by_size == 0) by_size = a.digits <=> b.digits;
  return a.negative ? 0 <=> by_size : by_size;
}

// A time of the clock as an instant. It owns the text of the fraction, into which the instant is a view.
class clock_instant {
 public:
  explicit clock_instant(wall_time t) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(t);
    at_.seconds = whole.time_since_epoch().count();
    auto rest = (t - whole).count();
    for (auto digit = digits_.rbegin(); digit != digits_.rend(); ++digit, rest /= 10)
      *digit = static_cast<char>('0' + rest % 10);
    at_.fraction = {digits_.data(), digits_.size()};
    while (at_.fraction.ends_with('0')) at_.fraction.remove_suffix(1);
  }
  clock_instant(const clock_instant&) = delete;
  clock_instant& operator=(const clock_instant&) = delete;

  const instant& operator*() const noexcept { return at_; }

 private:
  std::array<char, 6> digits_{};
  instant at_;
};

}  // namespace

condition_state condition_judge::in_order(const precondition& p, std::string_view shown) {
  scratch_.clear();
  wanted_.clear();
  std::optional<std::strong_ordering> is;
  if (p.type == field_type::timestamp) {
    if (!is_string_token(shown) || !append_unescaped(scratch_, shown) || !append_unescaped(wanted_, p.json))
      return condition_state::malformed;
    const auto a = parse_instant(scratch_), b = parse_instant(wanted_);
    if (a && b) is = *a <=> *b;
  } else {
    if (!append_normal_number(scratch_, shown) || !append_normal_number(wanted_, p.json))
      return condition_state::malformed;
    const auto a = take_apart(scratch_), b = take_apart(wanted_);
    if (a && b) is = order(*a, *b);
  }
  if (!is) return condition_state::malformed;
  return as_state(p.is == test::less ? *is < 0 : *is > 0);
}

condition_state condition_judge::by_age(const precondition& p, std::string_view shown, wall_time now) {
  scratch_.clear();
  if (!is_string_token(shown) || !append_unescaped(scratch_, shown)) return condition_state::malformed;
  const auto at = parse_instant(scratch_);
  if (!at) return condition_state::malformed;
  const clock_instant bound(now - p.age);
  return as_state(p.is == test::older_than ? *at < *bound : *at > *bound);
}

condition_state condition_judge::has(const precondition& p, const located& shown) {
  bool found = false, sound = true;
  const auto look_at = [&](std::string_view element) {
    const auto is = comparer_.compare_element(p.compare, p.json, element);
    sound = sound && is != equality::malformed;
    found = found || is == equality::equal;
    return true;
  };
  if (shown.is == located::kind::list)
    std::ranges::for_each(shown.elements, look_at);
  else
    sound = for_each_element(shown.text, look_at) && sound;
  return sound ? as_state(found) : condition_state::malformed;
}

condition_state condition_judge::judge(const precondition& p, const located& shown, wall_time now) {
  if (shown.is == located::kind::broken) return condition_state::malformed;
  const bool is_null =
      shown.is == located::kind::absent || (shown.is == located::kind::value && trim(shown.text) == "null");
  switch (p.is) {
    case test::is_null:
      return as_state(is_null);
    case test::is_not_null:
      return as_state(!is_null);
    case test::equal:
    case test::not_equal: {
      if (is_null) return as_state(p.is == test::not_equal);
      const auto is = compare_shown(comparer_, p.compare, p.json, shown);
      if (is == equality::malformed) return condition_state::malformed;
      return as_state((is == equality::equal) == (p.is == test::equal));
    }
    case test::less:
    case test::greater:
    case test::older_than:
    case test::newer_than:
      if (is_null) return condition_state::fails;
      if (shown.is != located::kind::value) return condition_state::malformed;
      return p.is == test::less || p.is == test::greater ? in_order(p, trim(shown.text))
                                                         : by_age(p, trim(shown.text), now);
    case test::has:
      return is_null ? condition_state::fails : has(p, shown);
    case test::has_name:
      break;
  }
  assert(false && "a name is resolved before it is looked for");
  return condition_state::malformed;
}

expected<precondition> resolve_name(const precondition& p, const name_directory& names) {
  if (p.is != test::has_name) return p;
  std::string name;
  if (!append_unescaped(name, p.json))
    return failure{failure_kind::usage, "", p.json + " is not a name", "write has tag NAME"};
  const auto found = names.find(name);
  switch (found.is) {
    case name_directory::match::id: {
      auto resolved = p;
      resolved.is = test::has;
      resolved.json = found.id_json;
      return resolved;
    }
    case name_directory::match::ambiguous:
      return failure{failure_kind::usage, "", "more than one entry of " + p.field + " is called " + p.json,
                     "name it by its id: " + p.field + " has ID"};
    case name_directory::match::unknown:
      break;
  }
  const auto near = names.nearest(name);
  return failure{
      failure_kind::usage, "", "no entry of " + p.field + " is called " + p.json,
      near.empty() ? "names match exactly, case and all" : "did you mean \"" + std::string(near) + "\"?"};
}

}  // namespace pawl::api

#include "engine/policy/rate_headers.hpp"

#include "engine/text/ascii.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/http_date.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <limits>

namespace pawl::policy {
namespace {

using std::chrono::nanoseconds;

constexpr duration longest_wait = std::chrono::hours{24 * 366};
constexpr std::uint64_t first_epoch = 1'000'000'000;  // 2001-09-09 in seconds; 31 years as a delta
constexpr std::uint64_t first_epoch_ms =
    100'000'000'000ULL;  // 1973 in milliseconds; the year 5138 in seconds

// A non-negative decimal number; `fraction` in billionths (further digits are dropped).
struct decimal {
  std::uint64_t whole = 0;
  std::uint32_t fraction = 0;
};

std::optional<decimal> parse_decimal(std::string_view s) noexcept {
  s = trim_blanks(s);
  decimal d;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), d.whole);
  if (end == s.data() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) d.whole = std::numeric_limits<std::uint64_t>::max();
  s.remove_prefix(static_cast<std::size_t>(end - s.data()));
  if (s.empty()) return d;
  if (s.front() != '.' || s.size() < 2) return std::nullopt;
  std::uint32_t unit = 100'000'000;
  for (const char c : s.substr(1)) {
    if (!is_digit(c)) return std::nullopt;
    d.fraction += static_cast<std::uint32_t>(c - '0') * unit;
    unit /= 10;
  }
  return d;
}

duration seconds_up_to_bound(const decimal& d) noexcept {
  const auto bound = static_cast<std::uint64_t>(longest_wait / std::chrono::seconds{1});
  if (d.whole >= bound) return longest_wait;
  return std::chrono::seconds{d.whole} + nanoseconds{d.fraction};
}

duration until(wall_time then, wall_time now) noexcept {
  if (then <= now) return duration::zero();
  // Compared in microseconds: the difference of two far-off times does not fit nanoseconds.
  constexpr auto bound = std::chrono::duration_cast<std::chrono::microseconds>(longest_wait);
  const std::chrono::microseconds wait = then - now;
  return wait >= bound ? longest_wait : duration{wait};
}

// A delta, or a point of the Unix epoch.
duration delta_or_epoch(const decimal& d, wall_time server_now) noexcept {
  if (d.whole < first_epoch) return seconds_up_to_bound(d);
  decimal then = d;
  if (d.whole >= first_epoch_ms) {
    then.whole = d.whole / 1'000;
    then.fraction = static_cast<std::uint32_t>(d.whole % 1'000) * 1'000'000;
  }
  // Year 5138 and later all mean "longer than anyone waits"; microseconds up to there fit.
  const std::chrono::seconds whole{std::min(then.whole, first_epoch_ms)};
  const wall_time at{whole + std::chrono::ceil<std::chrono::microseconds>(nanoseconds{then.fraction})};
  return until(at, server_now);
}

// To the second, rounded up.
std::optional<wall_time> parse_iso_date(std::string_view text) noexcept {
  constexpr std::size_t to_the_minute = std::string_view{"2027-01-15T08:00"}.size();
  constexpr std::string_view seconds = ":00";
  std::array<char, to_the_minute + seconds.size() + std::string_view{"+00:00"}.size()> whole{};
  if (text.size() > to_the_minute && text.size() + seconds.size() <= whole.size() &&
      text[to_the_minute] != ':') {
    auto end = std::ranges::copy(text.substr(0, to_the_minute), whole.begin()).out;
    end = std::ranges::copy(seconds, end).out;
    end = std::ranges::copy(text.substr(to_the_minute), end).out;
    text = {whole.data(), static_cast<std::size_t>(end - whole.begin())};
  }
  const auto at = parse_instant(text);
  if (!at) return std::nullopt;
  return wall_time{std::chrono::seconds{at->seconds + (at->fraction.empty() ? 0 : 1)}};
}

// ---- structured fields, as far as the drafts use them (RFC 8941 lists of items with parameters) ----

struct policy_member {
  std::string_view name;  // the item: a string or token without its quotes, or the key of `key=value`
  std::optional<std::uint64_t> q, w, r, t;
  std::optional<std::uint64_t> bare;  // the item itself, where it is a number (drafts up to 07)
  bool other_unit = false;            // counts something else than requests
};

// Enough for every API seen; members beyond are passed over.
struct policy_list {
  std::array<policy_member, 8> members{};
  std::size_t size = 0;
};

// Up to the next `stop`, strings and their escapes honoured; takes it off `rest` with the stop.
std::string_view take_until(std::string_view& rest, char stop) noexcept {
  bool quoted = false;
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    const char c = rest[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == stop) {
      break;
    }
  }
  i = std::min(i, rest.size());
  const auto piece = trim_blanks(rest.substr(0, i));
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return piece;
}

std::optional<std::uint64_t> whole_number(std::string_view s) noexcept {
  const auto d = parse_decimal(s);
  if (!d) return std::nullopt;
  return d->whole;
}

std::string_view unquoted(std::string_view s) noexcept {
  if (s.size() >= 2 && s.front() == '"' && s.back() == '"') return s.substr(1, s.size() - 2);
  return s;
}

void read_parameter(policy_member& m, std::string_view parameter) noexcept {
  const auto equals = parameter.find('=');
  if (equals == std::string_view::npos) return;
  const auto key = trim_blanks(parameter.substr(0, equals)),
             value = trim_blanks(parameter.substr(equals + 1));
  if (key == "q") m.q = whole_number(value);
  if (key == "w") m.w = whole_number(value);
  if (key == "r") m.r = whole_number(value);
  if (key == "t") m.t = whole_number(value);
  if (key == "qu") m.other_unit = unquoted(value) != "requests";
}

void read_list(policy_list& into, std::string_view text) noexcept {
  while (!text.empty() && into.size < into.members.size()) {
    auto member = take_until(text, ',');
    if (member.empty()) continue;
    policy_member m;
    const auto item = take_until(member, ';');
    const auto equals = item.front() == '"' ? std::string_view::npos : item.find('=');
    if (equals != std::string_view::npos) {
      m.name = trim_blanks(item.substr(0, equals));
      m.bare = whole_number(item.substr(equals + 1));
    } else {
      m.name = unquoted(item);
      m.bare = whole_number(item);
    }
    while (!member.empty()) read_parameter(m, take_until(member, ';'));
    into.members[into.size++] = m;
  }
}

// A list may come in several fields of one name (RFC 9110 section 5.3).
policy_list read_all(std::span<const header_field> fields, std::string_view name) noexcept {
  policy_list list;
  if (name.empty()) return list;
  for (const auto& f : fields)
    if (equal_without_case(f.name, name)) read_list(list, f.value);
  return list;
}

std::optional<duration> seconds_of(const std::optional<std::uint64_t>& n) noexcept {
  if (!n) return std::nullopt;
  return seconds_up_to_bound({*n, 0});
}

std::optional<duration> window_of(const std::optional<std::uint64_t>& n) noexcept {
  if (!n || *n == 0) return std::nullopt;
  return seconds_of(n);
}

const policy_member* named(const policy_list& list, std::string_view name) noexcept {
  for (std::size_t i = 0; i < list.size; ++i)
    if (list.members[i].name == name) return &list.members[i];
  return nullptr;
}

// The window that goes with a limit: "60;w=60" among the policies of the drafts up to 07.
std::optional<duration> window_of_limit(const policy_list& list,
                                        const std::optional<std::uint64_t>& limit) noexcept {
  if (!limit) return std::nullopt;
  for (std::size_t i = 0; i < list.size; ++i) {
    const auto& m = list.members[i];
    if (!m.other_unit && m.bare == limit && m.w) return window_of(m.w);
  }
  return std::nullopt;
}

// True if they say how much is left.
bool read_ietf(rate_facts& facts, const policy_list& policies, const policy_list& limits) noexcept {
  // Draft 07, a dictionary.
  if (const auto* remaining = named(limits, "remaining"); remaining && remaining->bare) {
    facts.remaining = remaining->bare;
    if (const auto* limit = named(limits, "limit")) facts.limit = limit->bare;
    if (const auto* reset = named(limits, "reset")) facts.reset_in = seconds_of(reset->bare);
    facts.window = window_of_limit(policies, facts.limit);
    return true;
  }
  const policy_member *least = nullptr, *its_policy = nullptr;
  for (std::size_t i = 0; i < limits.size; ++i) {
    const auto& m = limits.members[i];
    const auto* policy = named(policies, m.name);
    if (!m.r || m.other_unit || (policy && policy->other_unit)) continue;
    if (least && *least->r <= *m.r) continue;
    least = &m;
    its_policy = policy;
  }
  if (!least) return false;
  facts.remaining = least->r;
  facts.reset_in = seconds_of(least->t);
  if (its_policy) {
    facts.limit = its_policy->q;
    facts.window = window_of(its_policy->w);
  }
  return true;
}

}  // namespace

std::string_view name_of(asking_header header, const api::header_names& names) noexcept {
  switch (header) {
    case asking_header::retry_after:
      return names.retry_after;
    case asking_header::reset:
      return names.reset;
    case asking_header::remaining:
      return names.remaining;
    case asking_header::rate_limit:
      return names.ietf_limit;
    case asking_header::rule:
      return "a rule of the profile";
    case asking_header::none:
      break;
  }
  return {};
}

std::optional<duration> parse_retry_after(std::string_view text, wall_time server_now) noexcept {
  if (const auto d = parse_decimal(text)) return delta_or_epoch(*d, server_now);
  text = trim_blanks(text);
  if (const auto at = parse_http_date(text)) return until(*at, server_now);
  if (const auto at = parse_iso_date(text)) return until(*at, server_now);
  return std::nullopt;
}

std::optional<duration> parse_rate_reset(std::string_view text, wall_time server_now) noexcept {
  return parse_retry_after(text, server_now);
}

void apply_rule(rate_facts& facts, const api::status_rule& rule) noexcept {
  using source = api::wait_source::kind;
  facts.scope = rule.scope == api::wait_scope::of_all  ? throttle_scope::all
                : rule.scope == api::wait_scope::of_id ? throttle_scope::id
                                                       : throttle_scope::own_class;
  if (rule.wait.empty()) return;
  facts.waits_for_retry_after = facts.waits_for_reset = false;
  for (const auto& w : rule.wait) {
    // A wait of nothing counts as not said.
    if (w.is == source::retry_after && facts.retry_after.value_or(duration::zero()) > duration::zero()) {
      facts.waits_for_retry_after = true;
      break;
    }
    if (w.is == source::reset && facts.reset_in.value_or(duration::zero()) > duration::zero()) {
      facts.waits_for_reset = true;
      break;
    }
    if (w.is == source::time) break;
  }
  for (const auto& w : rule.wait)
    if (w.is == source::time) facts.fallback_wait = w.time;
}

duration wait_of_row(const rate_facts& facts, std::uint32_t met) noexcept {
  auto wait = facts.waits_for_retry_after ? facts.retry_after.value_or(duration::zero()) : duration::zero();
  if (wait <= duration::zero() && facts.waits_for_reset) wait = facts.reset_in.value_or(duration::zero());
  if (wait > duration::zero()) return std::min(wait, longest_wait);
  wait = std::min(facts.fallback_wait, longest_wait);
  for (std::uint32_t n = 1; n < met && wait > duration::zero() && wait < longest_wait; ++n)
    wait = wait > longest_wait / 2 ? longest_wait : wait * 2;
  return wait;
}

bool tells_of_rates(const api::header_names& names, std::span<const header_field> fields) noexcept {
  const std::array<std::string_view, 6> telling{names.limit,       names.remaining,  names.reset,
                                                names.ietf_policy, names.ietf_limit, names.retry_after};
  // Most fields of a reply have a length that none of these has.
  const auto bit_of = [](std::string_view name) { return std::uint64_t{1} << (name.size() % 64); };
  std::uint64_t lengths = 0;
  for (const auto name : telling) lengths |= bit_of(name);
  return std::ranges::any_of(fields, [&](const header_field& f) {
    return (lengths & bit_of(f.name)) != 0 && std::ranges::any_of(telling, [&](std::string_view name) {
             return !name.empty() && equal_without_case(f.name, name);
           });
  });
}

rate_facts read_rate_headers(const api::header_names& names, std::span<const header_field> fields,
                             wall_time received) noexcept {
  const auto value_of = [&](std::string_view name) {
    return name.empty() ? std::string_view{} : trim_blanks(find_header(fields, name));
  };
  rate_facts facts;
  const auto retry_after = value_of(names.retry_after), reset = value_of(names.reset);
  // `Date` is cut to the second, so waits that are measured from it come out up to a second longer: safe.
  const auto server_now = [&] { return parse_http_date(value_of("Date")).value_or(received); };
  if (!retry_after.empty()) facts.retry_after = parse_retry_after(retry_after, server_now());

  const auto policies = read_all(fields, names.ietf_policy), limits = read_all(fields, names.ietf_limit);
  facts.is_ietf = read_ietf(facts, policies, limits);
  if (facts.is_ietf) return facts;

  const auto limit = read_all(fields, names.limit);
  if (limit.size > 0) {
    facts.limit = limit.members[0].bare;
    facts.window = window_of_limit(limit, facts.limit);
    if (!facts.window) facts.window = window_of_limit(policies, facts.limit);
  }
  facts.remaining = whole_number(value_of(names.remaining));
  if (!reset.empty()) facts.reset_in = parse_rate_reset(reset, server_now());
  return facts;
}

}  // namespace pawl::policy

#include "engine/policy/retry_policy.hpp"

#include "engine/api/reply_signs.hpp"
#include "engine/model/option.hpp"
#include "engine/policy/rate_headers.hpp"
#include "engine/text/letter_case.hpp"

#include <algorithm>
#include <string>

namespace pawl::policy {
namespace {

using api::verdict;

// Made once: a judgement refers to its remedy, and is copied for each attempt.
std::string_view untrusted_remedy() {
  static const std::string text =
      "the server's certificate is not trusted: check the host name and this machine's clock, or name the "
      "authority that signed it with " +
      to_string(option::ca_file) + ", and run the same command again";
  return text;
}
constexpr std::string_view proxy_remedy =
    "the proxy wants a user name and password that it accepts (407): set them in HTTPS_PROXY or in proxy as "
    "http://USER:PASSWORD@HOST:PORT and run the same command again";
std::string_view client_certificate_remedy() {
  static const std::string text =
      "the server wants a client certificate that it accepts: name one and its key with " +
      to_string(option::cert) + " and " + to_string(option::key) + " and run the same command again";
  return text;
}
constexpr std::string_view redirect_remedy =
    "the API answered with a redirect, and redirects are never followed: set api.base_url to the address it "
    "really has and run the same command again";
constexpr std::string_view key_remedy =
    "the API did not accept the key (401): renew it and run the same command again";
constexpr std::string_view payment_remedy =
    "the API wants to be paid first (402): settle the account's plan or bill, and run the same command again";
constexpr std::string_view scope_remedy =
    "the key lacks a scope that this needs (403 scope_required): grant it, or use a key that has it, and run "
    "the same command again";
constexpr std::string_view gone_remedy =
    "the API no longer serves this address or this kind of key (410): check api.base_url and the key, and "
    "run "
    "the same command again";
constexpr std::string_view rule_remedy =
    "a rule of the profile stops the run at this reply: mend what its message names and run the same command "
    "again";

// find_header cannot tell an empty header from none; a rule on presence has to.
bool has_header(std::span<const header_field> headers, std::string_view name,
                std::string_view value) noexcept {
  return std::ranges::any_of(headers, [&](const header_field& h) {
    return equal_without_case(h.name, name) && (value.empty() || equal_without_case(h.value, value));
  });
}

bool matches_but_for_status(const api::status_rule& rule, const attempt_fact& fact,
                            const reply_signs& signs) noexcept {
  if (!rule.code.empty() && rule.code != signs.code) return false;
  if (!rule.message.empty() && !contains_without_case(signs.message, rule.message)) return false;
  return rule.header.empty() || has_header(fact.headers, rule.header, rule.header_value);
}

bool matches(const api::status_rule& rule, const attempt_fact& fact, const reply_signs& signs) noexcept {
  const auto holds = [&fact](const api::status_range& s) {
    return fact.status >= s.from && fact.status <= s.to;
  };
  if (!rule.statuses.empty() && std::ranges::none_of(rule.statuses, holds)) return false;
  return matches_but_for_status(rule, fact, signs);
}

// Whoever says so does not pass the request on: nobody is let in (401, 402, 407), there is no server for it
// (421), or no time (423, 425, 429).
constexpr bool is_said_at_the_door(int status) noexcept {
  switch (status) {
    case 401:
    case 402:
    case 407:
    case 421:
    case 423:
    case 425:
    case 429:
      return true;
    default:
      return false;
  }
}

// What no other API and no page says.
bool names_more_than_a_status(const api::status_rule& rule) noexcept {
  return !rule.code.empty() || !rule.message.empty() || !rule.header.empty();
}

judgement judged(verdict is, int status, std::string_view remedy = {}) noexcept {
  judgement j;
  j.is = is;
  switch (is) {
    case verdict::throttled:
      j.charges_attempt = false;
      break;
    case verdict::stop:
      j.charges_attempt = false;
      j.remedy = remedy;
      break;
    case verdict::retry:
    case verdict::maybe:
      j.outage = status >= 500 && status <= 599;
      break;
    case verdict::ok:
    case verdict::refused:
    case verdict::conflict:
      break;
  }
  return j;
}

judgement uncharged(verdict is, bool outage, std::string_view remedy = {}) noexcept {
  judgement j;
  j.is = is;
  j.charges_attempt = false;
  j.outage = outage;
  j.remedy = remedy;
  return j;
}

judgement broken_off() noexcept {
  judgement j;
  j.outage = true;
  return j;
}

// What is not the API's own says nothing about the row yet, and nobody pays for it.
judgement from_a_stranger(judgement j) noexcept {
  j.foreign = j.outage = true;
  j.charges_attempt = false;
  return j;
}

// Failures before the first byte that no retry can mend.
std::string_view misconfigured(transport_fault fault) noexcept {
  switch (fault) {
    case transport_fault::untrusted:
      return untrusted_remedy();
    case transport_fault::proxy_credentials:
      return proxy_remedy;
    case transport_fault::client_certificate:
      return client_certificate_remedy();
    default:
      return {};
  }
}

bool asks_for_a_pause(const api::profile& profile, const attempt_fact& fact) noexcept {
  return !profile.headers.retry_after.empty() && has_header(fact.headers, profile.headers.retry_after, {});
}

judgement not_ready(bool misdirected) noexcept {
  judgement j;
  j.is = verdict::retry;
  j.charges_attempt = false;
  j.misdirected = misdirected;
  j.outage = misdirected;
  j.of_the_row = !misdirected;
  return j;
}

judgement by_default(const api::profile& profile, const attempt_fact& fact, const reply_signs& signs,
                     bool replay_safe) noexcept {
  const int status = fact.status;
  if (is_2xx(status)) return judged(verdict::ok, status);
  switch (status) {
    case 401:
      return judged(verdict::stop, status, key_remedy);
    case 402:
      return judged(verdict::stop, status, payment_remedy);
    case 407:
      return judged(verdict::stop, status, proxy_remedy);
    case 421:
      return not_ready(true);
    case 423:
    case 425:
      return asks_for_a_pause(profile, fact) ? judged(verdict::throttled, status) : not_ready(false);
    case 408:
      return judged(verdict::maybe, status);
    case 429:
      return judged(verdict::throttled, status);
    case 503:
      // A gateway may answer so after it has passed the request on; only a job that can bear a second
      // sending takes the header's word for it.
      return judged(replay_safe && asks_for_a_pause(profile, fact) ? verdict::throttled : verdict::maybe,
                    status);
    default:
      break;
  }
  if (status >= 400 && status <= 499 && asks_for_a_pause(profile, fact))
    return judged(verdict::throttled, status);
  if (status == 403 && signs.code == "scope_required") return judged(verdict::stop, status, scope_remedy);
  if (status >= 300 && status <= 399)
    return judged(signs.has_succeeded ? verdict::refused : verdict::stop, status, redirect_remedy);
  if (status == 410)
    return judged(signs.has_succeeded ? verdict::refused : verdict::stop, status, gone_remedy);
  if ((status == 409 || status == 412) && api::is_guarded(profile)) return judged(verdict::conflict, status);
  return judged(status >= 400 && status <= 499 ? verdict::refused : verdict::maybe, status);
}

judgement by_rule(const api::status_rule& rule, int status) noexcept {
  const bool of_the_row = rule.then == verdict::throttled && rule.scope == api::wait_scope::of_id;
  auto j = of_the_row
               ? not_ready(false)
               : judged(rule.then, status, rule.remedy.empty() ? rule_remedy : std::string_view{rule.remedy});
  if (rule.then == verdict::throttled) j.rule = &rule;
  return j;
}

const api::status_rule* first_matching(const api::profile& profile, const attempt_fact& fact,
                                       const reply_signs& signs) noexcept {
  const auto rule =
      std::ranges::find_if(profile.rules, [&](const api::status_rule& r) { return matches(r, fact, signs); });
  return rule == profile.rules.end() ? nullptr : &*rule;
}

// The API's own word on one of several rows: it has no status, and a rule speaks of it by code or message.
judgement judge_error_of_row(const api::profile& profile, const attempt_fact& fact,
                             const reply_signs& signs) noexcept {
  const auto speaks_of_it = [&](const api::status_rule& r) {
    return (!r.code.empty() || !r.message.empty()) && matches_but_for_status(r, fact, signs);
  };
  const auto rule = std::ranges::find_if(profile.rules, speaks_of_it);
  auto j = judged(verdict::refused, fact.status);
  if (rule != profile.rules.end()) j = by_rule(*rule, fact.status);
  // The others were not throttled.
  if (j.is == verdict::throttled) {
    j = not_ready(false);
    j.rule = &*rule;
  }
  j.vouched = true;
  return j;
}

judgement judge_status(const api::profile& profile, const attempt_fact& fact, const reply_signs& signs,
                       bool replay_safe) noexcept {
  const int status = fact.status;
  if (!api::is_http_status(status)) return judged(verdict::maybe, status);
  bool vouched = signs.enveloped;
  const auto* rule = first_matching(profile, fact, signs);
  judgement j;
  if (rule == nullptr) {
    j = by_default(profile, fact, signs, replay_safe);
  } else {
    j = by_rule(*rule, status);
    vouched = vouched || names_more_than_a_status(*rule);
  }
  if (j.is == verdict::ok && rule != nullptr) {
    const bool names_more = names_more_than_a_status(*rule);
    j.vouched = names_more || !is_2xx(status);
    if (names_more) return j;
  }
  if (j.is == verdict::ok && signs.page) return from_a_stranger(j);
  if (j.is == verdict::conflict && (!signs.to_a_write || (signs.page && !vouched))) j.is = verdict::refused;
  if (j.is == verdict::refused && !vouched) return from_a_stranger(j);
  if (j.is == verdict::ok || j.is == verdict::maybe) return j;
  j.vouched = vouched || is_said_at_the_door(status);
  const bool goes_on = j.is == verdict::throttled || j.is == verdict::retry;
  if (goes_on && !j.vouched && !replay_safe) return judged(verdict::maybe, status);
  return j;
}

}  // namespace

reply_signs signs_of(const api::profile& profile, const attempt_fact& fact, const api::error_view& error,
                     request_kind kind, bool has_succeeded) noexcept {
  reply_signs signs;
  signs.has_succeeded = has_succeeded;
  signs.to_a_write = kind == request_kind::write;
  if (fact.reached != phase::answered) return signs;
  signs.code = error.code;
  signs.message = error.message;
  signs.enveloped = error.enveloped;
  // A resource begins with a brace: most replies are told by that.
  const char first = fact.body.empty() ? '\0' : fact.body.front();
  if (first == '{') return signs;
  if (kind == request_kind::write) {
    // Where a write shows nothing, an error in a 2xx is the API's word on the row, and no page.
    signs.page =
        !signs.enveloped && (api::is_page(fact) || (!profile.reply.echoes_resource() && api::is_prose(fact)));
    return signs;
  }
  // A read that is answered with nothing was not answered by the API. At the beginning of a run a list may be
  // how this API answers; later it is not.
  signs.page = api::is_page(fact) || fact.body.empty() || (first == '[' && has_succeeded);
  return signs;
}

const api::status_rule* matching_rule(const api::profile& profile, const attempt_fact& fact,
                                      const reply_signs& signs) noexcept {
  return fact.reached == phase::answered && api::is_http_status(fact.status)
             ? first_matching(profile, fact, signs)
             : nullptr;
}

bool is_error_in_success(const judgement& judged, const api::error_view& error) noexcept {
  return error.enveloped && !judged.vouched && !api::says_ok(error.code);
}

judgement judge(const api::profile& profile, const attempt_fact& fact, const reply_signs& signs,
                bool replay_safe) noexcept {
  switch (fact.reached) {
    case phase::not_sent:
      if (const auto remedy = misconfigured(fact.fault); !remedy.empty())
        return uncharged(verdict::stop, false, remedy);
      return uncharged(verdict::retry, fact.fault != transport_fault::cancelled);
    case phase::maybe_applied:
      if (fact.fault == transport_fault::cancelled) return uncharged(verdict::maybe, false);
      // A reply over its bound comes from a server that is up.
      return fact.fault == transport_fault::oversized ? judged(verdict::maybe, 0) : broken_off();
    case phase::answered:
      break;
  }
  if (fact.part == reply_part::error) return judge_error_of_row(profile, fact, signs);
  if (fact.part == reply_part::missing) return judged(verdict::maybe, fact.status);
  return judge_status(profile, fact, signs, replay_safe);
}

duration backoff(const retry_options& options, std::uint32_t attempt, bool after_5xx,
                 double jitter01) noexcept {
  const auto cap = std::max(options.cap, duration::zero());
  auto ceiling = std::clamp(after_5xx ? options.base_after_5xx : options.base, duration::zero(), cap);
  for (std::uint32_t n = 1; n < attempt && ceiling > duration::zero() && ceiling < cap; ++n)
    ceiling = ceiling > cap / 2 ? cap : ceiling * 2;

  // jitter01 as a 32-bit fraction; the product is taken in two halves, so that no ceiling can overflow it.
  // Written so that a NaN counts as 0.
  constexpr double steps = 4294967296.0;
  const std::uint64_t fraction =
      jitter01 >= 1.0 ? 0xffff'ffffU : (jitter01 > 0.0 ? static_cast<std::uint64_t>(jitter01 * steps) : 0U);
  const auto whole = static_cast<std::uint64_t>(ceiling.count());
  const std::uint64_t ticks = (whole >> 32U) * fraction + (((whole & 0xffff'ffffU) * fraction) >> 32U);
  return duration{static_cast<duration::rep>(ticks)};
}

duration wait_alone(const retry_options& options, const api::header_names& names,
                    std::span<const header_field> headers, const judgement& judged, std::uint32_t met,
                    wall_time received, double jitter01) noexcept {
  const auto usual = backoff(options, met, true, 0.5 + jitter01 / 2);
  if (judged.is != verdict::throttled && judged.rule == nullptr) return usual;
  rate_facts facts;
  if (tells_of_rates(names, headers)) facts = read_rate_headers(names, headers, received);
  if (judged.rule != nullptr) apply_rule(facts, *judged.rule);
  return std::max(usual, wait_of_row(facts, met));
}

}  // namespace pawl::policy

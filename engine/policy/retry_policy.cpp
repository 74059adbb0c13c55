#include "engine/policy/retry_policy.hpp"

#include <algorithm>

namespace pawl::policy {
namespace {

using api::verdict;

constexpr std::string_view untrusted_remedy =
    "the server's certificate is not trusted: check the host name and this machine's clock, or name the "
    "authority that signed it with --ca-file, and run the same command again";
constexpr std::string_view proxy_remedy =
    "the proxy wants a user name and password that it accepts (407): set them in HTTPS_PROXY or in proxy as "
    "http://USER:PASSWORD@HOST:PORT and run the same command again";
constexpr std::string_view client_certificate_remedy =
    "the server wants a client certificate that it accepts: name one and its key with --cert and --key and "
    "run the same command again";
constexpr std::string_view redirect_remedy =
    "the API answered with a redirect, and redirects are never followed: set api.base_url to the address it "
    "really has and run the same command again";
constexpr std::string_view key_remedy =
    "the API did not accept the key (401): renew it and run the same command again";
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

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

// find_header cannot tell an empty header from none; a rule on presence has to.
bool has_header(std::span<const header_field> headers, std::string_view name,
                std::string_view value) noexcept {
  return std::ranges::any_of(headers, [&](const header_field& h) {
    return equal_without_case(h.name, name) && (value.empty() || equal_without_case(h.value, value));
  });
}

bool matches(const api::status_rule& rule, const attempt_fact& fact, std::string_view code) noexcept {
  if (fact.status < rule.status_from || fact.status > rule.status_to) return false;
  if (!rule.code.empty() && rule.code != code) return false;
  return rule.header.empty() || has_header(fact.headers, rule.header, rule.header_value);
}

judgement judged(verdict is, int status, std::string_view remedy = {}) noexcept {
  const bool server_error = status >= 500 && status <= 599;
  switch (is) {
    case verdict::throttled:
      return {is, false, false, {}};
    case verdict::stop:
      return {is, false, false, remedy};
    case verdict::retry:
    case verdict::maybe:
      return {is, true, server_error, {}};
    case verdict::ok:
    case verdict::refused:
      break;
  }
  return {is, true, false, {}};
}

// Failures before the first byte that no retry can mend.
std::string_view misconfigured(transport_fault fault) noexcept {
  switch (fault) {
    case transport_fault::untrusted:
      return untrusted_remedy;
    case transport_fault::proxy_credentials:
      return proxy_remedy;
    case transport_fault::client_certificate:
      return client_certificate_remedy;
    default:
      return {};
  }
}

judgement judge_status(const api::profile& profile, const attempt_fact& fact, std::string_view code,
                       bool replay_safe) noexcept {
  const int status = fact.status;
  if (status < 100 || status > 999) return judged(verdict::maybe, status);
  for (const auto& rule : profile.rules)
    if (matches(rule, fact, code))
      return judged(rule.then, status, rule.remedy.empty() ? rule_remedy : std::string_view{rule.remedy});

  if (status >= 200 && status <= 299) return judged(verdict::ok, status);
  if (status >= 300 && status <= 399) return judged(verdict::stop, status, redirect_remedy);
  switch (status) {
    case 401:
      return judged(verdict::stop, status, key_remedy);
    case 403:
      if (code == "scope_required") return judged(verdict::stop, status, scope_remedy);
      return judged(verdict::refused, status);
    case 408:
      return judged(verdict::maybe, status);
    case 410:
      return judged(verdict::stop, status, gone_remedy);
    case 429:
      return judged(verdict::throttled, status);
    case 503:
      // A gateway may answer so after it has passed the request on; only a job that can bear a second
      // sending takes the header's word for it.
      if (replay_safe && !profile.headers.retry_after.empty() &&
          has_header(fact.headers, profile.headers.retry_after, {}))
        return judged(verdict::throttled, status);
      return judged(verdict::maybe, status);
    default:
      break;
  }
  if (status >= 400 && status <= 499) return judged(verdict::refused, status);
  return judged(verdict::maybe, status);
}

}  // namespace

judgement judge(const api::profile& profile, const attempt_fact& fact, std::string_view code,
                bool replay_safe) noexcept {
  switch (fact.reached) {
    case phase::not_sent:
      if (const auto remedy = misconfigured(fact.fault); !remedy.empty())
        return {verdict::stop, false, false, remedy};
      return {verdict::retry, false, fact.fault != transport_fault::cancelled, {}};
    case phase::maybe_applied:
      if (fact.fault == transport_fault::cancelled) return {verdict::maybe, false, false, {}};
      // A reply over its bound comes from a server that is up.
      return {verdict::maybe, true, fact.fault != transport_fault::oversized, {}};
    case phase::answered:
      break;
  }
  return judge_status(profile, fact, code, replay_safe);
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

}  // namespace pawl::policy

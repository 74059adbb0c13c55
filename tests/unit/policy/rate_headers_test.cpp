#include "engine/policy/rate_headers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

// A time of today's kind.
constexpr wall_time now{std::chrono::seconds{1'800'000'000}};  // Fri, 15 Jan 2027 08:00:00 GMT

TEST(RetryAfter, ReadsSecondsDatesAndEpochs) {
  constexpr duration year = std::chrono::hours{24 * 366};
  struct row {
    const char* text;
    std::optional<duration> is;
  };
  const row rows[] = {
      {"0", 0s},
      {"18", 18s},
      {" 18 ", 18s},
      {"1.5", 1500ms},
      {"0.0000000019", 1ns},
      {"Fri, 15 Jan 2027 08:00:30 GMT", 30s},
      {"Fri, 15 Jan 2027 07:00:00 GMT", 0s},  // in the past
      {"Sun, 06 Nov 1994 08:49:37 GMT", 0s},
      {"1800000090", 90s},  // epoch seconds
      {"1800000090.25", 90250ms},
      {"1800000000250", 250ms},  // epoch milliseconds
      {"1700000000", 0s},
      {"999999999", year},  // longer than any run waits
      {"9999999999", year},
      {"99999999999999999999999999", year},
      {"18446744073709551615", year},
      {"18446744073709551616", year},
      {"Fri, 31 Dec 9999 23:59:59 GMT", year},
      {"2.0", 2s},
      {"2027-01-15T08:00:30Z", 30s},
      {" 2027-01-15T09:00:30+01:00", 30s},
      {"2027-01-15T08:00:30.001Z", 31s},
      {"2027-01-15T08:01Z", 60s},
      {"2027-01-15T09:01+01:00", 60s},
      {"2027-01-15T07:00:00Z", 0s},
      {"9999-12-31T23:59:59Z", year},
      {"2027-01-15T08:01", std::nullopt},
      {"2027-01-15", std::nullopt},
      {"2027-01-15T08:01:00+01:00:00:00", std::nullopt},
      {"2027-01-15T08:0100000000000000", std::nullopt},
      {"-1", std::nullopt},
      {"+5", std::nullopt},
      {"5s", std::nullopt},
      {"1.", std::nullopt},
      {".5", std::nullopt},
      {"1.5.2", std::nullopt},
      {"0x10", std::nullopt},
      {"1e3", std::nullopt},
      {"nan", std::nullopt},
      {"soon", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& r : rows) EXPECT_EQ(parse_retry_after(r.text, now), r.is) << r.text;
}

api::header_names all_names() {
  api::header_names n;
  n.limit = "X-RateLimit-Limit";
  n.remaining = "X-RateLimit-Remaining";
  n.reset = "X-RateLimit-Reset";
  n.ietf_policy = "RateLimit-Policy";
  n.ietf_limit = "RateLimit";
  return n;
}

struct expected_facts {
  std::optional<std::uint64_t> limit, remaining;
  std::optional<duration> window, reset_in, retry_after;
};

TEST(RateHeaders, ReadAllForms) {
  struct row {
    const char* name;
    std::vector<header_field> fields;
    expected_facts is;
  };
  const row rows[] = {
      {"none", {{"Content-Type", "application/json"}}, {}},
      {"Productlane",
       {{"X-RateLimit-Limit", "60"}, {"X-RateLimit-Remaining", "42"}, {"X-RateLimit-Reset", "1800000018"}},
       {60, 42, {}, 18s, {}}},
      {"names without case",
       {{"x-ratelimit-limit", "60"}, {"X-RATELIMIT-REMAINING", " 42 "}},
       {60, 42, {}, {}, {}}},
      {"throttled",
       {{"X-RateLimit-Limit", "60"}, {"X-RateLimit-Remaining", "0"}, {"Retry-After", "18"}},
       {60, 0, {}, {}, 18s}},
      {"the server's clock runs an hour ahead",
       {{"Date", "Fri, 15 Jan 2027 09:00:00 GMT"}, {"X-RateLimit-Reset", "1800003618"}},
       {{}, {}, {}, 18s, {}}},
      {"and an hour behind, as date and as milliseconds",
       {{"Date", "Fri, 15 Jan 2027 07:00:00 GMT"},
        {"Retry-After", "Fri, 15 Jan 2027 07:00:05 GMT"},
        {"X-RateLimit-Reset", "1799996400500"}},
       {{}, {}, {}, 500ms, 5s}},
      {"an unreadable Date", {{"Date", "today"}, {"X-RateLimit-Reset", "1800000007"}}, {{}, {}, {}, 7s, {}}},
      {"a delta needs no clock",
       {{"Date", "Fri, 15 Jan 2027 09:00:00 GMT"}, {"X-RateLimit-Reset", "12"}},
       {{}, {}, {}, 12s, {}}},
      {"reset in the past", {{"X-RateLimit-Reset", "1799999990"}}, {{}, {}, {}, 0s, {}}},
      {"limit with its window",
       {{"X-RateLimit-Limit", "100, 100;w=60, 1000;w=3600"}},
       {100, {}, 60s, {}, {}}},
      {"garbage is absent",
       {{"X-RateLimit-Limit", "many"},
        {"X-RateLimit-Remaining", "-1"},
        {"X-RateLimit-Reset", "later"},
        {"Retry-After", "soon"}},
       {}},
      {"overflow",
       {{"X-RateLimit-Limit", "99999999999999999999"}, {"X-RateLimit-Reset", "99999999999999999999"}},
       {18446744073709551615u, {}, {}, std::chrono::hours{24 * 366}, {}}},
      {"IETF draft 08 and later",
       {{"RateLimit-Policy", "\"default\";q=60;w=60"}, {"RateLimit", "\"default\";r=47;t=18"}},
       {60, 47, 60s, 18s, {}}},
      {"IETF: several policies, the least remaining counts",
       {{"RateLimit-Policy", "\"day\";q=1000;w=86400, \"burst\";q=20;w=10;pk=:cHNkZg==:"},
        {"RateLimit", "\"day\";r=900;t=4000,\"burst\";r=3;t=2"}},
       {20, 3, 10s, 2s, {}}},
      {"IETF: in several fields, quotes and commas in names",
       {{"RateLimit-Policy", "\"a,b;c\";q=5;w=1"},
        {"ratelimit-policy", "\"d\\\"e\";q=7;w=3"},
        {"RateLimit", "\"d\\\"e\";r=2;t=3"}},
       {7, 2, 3s, 3s, {}}},
      {"IETF: tokens as names",
       {{"RateLimit-Policy", "default;q=60;w=60"}, {"RateLimit", "default;r=1"}},
       {60, 1, 60s, {}, {}}},
      {"IETF: other units are passed over",
       {{"RateLimit-Policy", "\"bytes\";q=65535;qu=\"content-bytes\";w=10,\"n\";q=60;w=60;qu=\"requests\""},
        {"RateLimit", "\"bytes\";r=0;t=9,\"n\";r=59;t=60"}},
       {60, 59, 60s, 60s, {}}},
      {"IETF: no policy field", {{"RateLimit", "\"default\";r=5;t=9"}}, {{}, 5, {}, 9s, {}}},
      {"IETF draft 07",
       {{"RateLimit-Policy", "100;w=60, 5000;w=3600"}, {"RateLimit", "limit=100, remaining=50, reset=5"}},
       {100, 50, 60s, 5s, {}}},
      {"IETF wins over X-RateLimit",
       {{"X-RateLimit-Limit", "1"},
        {"X-RateLimit-Remaining", "1"},
        {"RateLimit-Policy", "\"p\";q=60;w=60"},
        {"RateLimit", "\"p\";r=47;t=18"}},
       {60, 47, 60s, 18s, {}}},
      {"IETF garbage leaves X-RateLimit",
       {{"X-RateLimit-Limit", "60"},
        {"X-RateLimit-Remaining", "9"},
        {"RateLimit", "\"p;r=47;t=18"},
        {"RateLimit-Policy", ";;,=,\"\\"}},
       {60, 9, {}, {}, {}}},
      {"IETF without reset, negative parameters",
       {{"RateLimit-Policy", "\"p\";q=60;w=0"}, {"RateLimit", "\"p\";r=4;t=-1"}},
       {60, 4, {}, {}, {}}},
  };
  for (const auto& r : rows) {
    EXPECT_EQ(tells_of_rates(all_names(), r.fields), r.name != std::string_view{"none"}) << r.name;
    const auto f = read_rate_headers(all_names(), r.fields, now);
    EXPECT_EQ(f.limit, r.is.limit) << r.name;
    EXPECT_EQ(f.remaining, r.is.remaining) << r.name;
    EXPECT_EQ(f.window, r.is.window) << r.name;
    EXPECT_EQ(f.reset_in, r.is.reset_in) << r.name;
    EXPECT_EQ(f.retry_after, r.is.retry_after) << r.name;
    EXPECT_FALSE(f.throttled) << r.name;
  }
}

TEST(RateHeaders, AnApiWithoutNamesTellsNothingButRetryAfter) {
  const std::vector<header_field> fields{{"X-RateLimit-Limit", "60"}, {"", "7"}, {"Retry-After", "3"}};
  EXPECT_TRUE(tells_of_rates({}, fields));
  EXPECT_FALSE(tells_of_rates({}, std::span{fields}.first(2)));
  const auto f = read_rate_headers({}, fields, now);
  EXPECT_EQ(f.limit, std::nullopt);
  EXPECT_EQ(f.remaining, std::nullopt);
  EXPECT_EQ(f.retry_after, 3s);
}

TEST(RateHeaders, MostRepliesTellNothing) {
  const std::vector<header_field> fields{
      {"Date", "Thu, 26 Nov 2026 12:00:00 GMT"}, {"Content-Length", "2"}, {"X-Rate", "1"}, {"", "1"}};
  EXPECT_FALSE(tells_of_rates(all_names(), fields));
  EXPECT_FALSE(tells_of_rates(all_names(), {}));
  const auto f = read_rate_headers(all_names(), fields, now);
  EXPECT_FALSE(f.limit || f.remaining || f.window || f.reset_in || f.retry_after || f.throttled);
}

// Every cut of every list text: no crash, no read past the end (the sanitizers watch).
TEST(RateHeaders, AnyCutOfAListIsHarmless) {
  const std::string text = "\"a\\\"b\";q=5;w=1;qu=\"requests\", c ;q=7 ; w=3,limit=1,remaining=2, 9;w=1,,;";
  for (std::size_t from = 0; from < text.size(); ++from)
    for (std::size_t to = from; to <= text.size(); ++to) {
      const std::string exact = text.substr(from, to - from);  // its own block: an overread shows
      const std::vector<header_field> fields{
          {"RateLimit-Policy", exact}, {"RateLimit", exact}, {"X-RateLimit-Limit", exact}};
      read_rate_headers(all_names(), fields, now);
    }
}

TEST(RulesOfWaits, TheFirstThatTheReplyHasCounts) {
  using source = api::wait_source;
  const source retry{source::kind::retry_after, {}}, reset{source::kind::reset, {}},
      minute{source::kind::time, 60s};
  struct row {
    const char* name;
    std::vector<source> wait;
    std::optional<duration> retry_after, reset_in;
    duration first, third;  // a row's wait when it meets such a reply for the first and the third time
  };
  const row rows[] = {
      {"no rule: Retry-After", {}, 7s, 20s, 7s, 7s},
      {"no rule: reset", {}, std::nullopt, 20s, 20s, 20s},
      {"no rule, nothing", {}, std::nullopt, std::nullopt, 0s, 0s},
      {"in the order of the rule", {reset, retry}, 7s, 20s, 20s, 20s},
      {"the second where the first is missing", {reset, retry}, 7s, std::nullopt, 7s, 7s},
      {"a wait of nothing is none", {retry, reset}, 0s, 20s, 20s, 20s},
      {"only what is named", {reset}, 7s, std::nullopt, 0s, 0s},
      {"a time where no header is", {retry, minute}, std::nullopt, 20s, 60s, 240s},
      {"a header before a time", {retry, minute}, 7s, 20s, 7s, 7s},
      {"a time alone", {minute}, 7s, 20s, 60s, 240s},
  };
  for (const auto& r : rows) {
    api::status_rule rule;
    rule.wait = r.wait;
    rate_facts facts;
    facts.retry_after = r.retry_after;
    facts.reset_in = r.reset_in;
    apply_rule(facts, rule);
    EXPECT_EQ(wait_of_row(facts, 1), r.first) << r.name;
    EXPECT_EQ(wait_of_row(facts, 3), r.third) << r.name;
    EXPECT_EQ(facts.fallback_wait, !r.wait.empty() && r.wait.back() == minute ? duration{60s} : duration{});
  }
  rate_facts forever;
  forever.fallback_wait = duration::max();
  EXPECT_EQ(wait_of_row(forever, 0xffff'ffff), std::chrono::hours{24 * 366});
}

TEST(RulesOfWaits, SayWhatWaits) {
  const std::pair<api::wait_scope, throttle_scope> scopes[] = {
      {api::wait_scope::of_class, throttle_scope::own_class},
      {api::wait_scope::of_all, throttle_scope::all},
      {api::wait_scope::of_id, throttle_scope::id}};
  for (const auto& [said, meant] : scopes) {
    api::status_rule rule;
    rule.scope = said;
    rate_facts facts;
    apply_rule(facts, rule);
    EXPECT_EQ(facts.scope, meant);
    EXPECT_TRUE(facts.waits_for_retry_after && facts.waits_for_reset);
  }
}

}  // namespace
}  // namespace pawl::policy

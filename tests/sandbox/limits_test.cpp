#include "tests/sandbox/limits.hpp"

#include "tests/sandbox/text.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace sandbox {
namespace json = boost::json;
namespace {

constexpr time_us limits_start = 1'700'000'000 * one_second;
constexpr auto rd = request_class::read, wr = request_class::write;

named_rule rule(std::string_view name, std::string_view text) {
  named_rule r = rule_called(name);
  EXPECT_EQ(read_rule(text, true_day, r), "");
  return r;
}

TEST(NamedLimits, ReadTheirCommandLineForm) {
  const named_rule points = rule("points", "900/min;read=1;write=5");
  EXPECT_EQ(points.rules.windows, (std::vector<window_limit>{{900, 60 * one_second}}));
  EXPECT_EQ(points.cost(rd), 1u);
  EXPECT_EQ(points.cost(wr), 5u);
  EXPECT_FALSE(points.each);
  EXPECT_TRUE(rule("each", "30/10m").each);
  EXPECT_EQ(rule("each", "30/10m").cost(rd), 0u);
  EXPECT_EQ(rule("write", "1/s").cost(rd), 0u);
  EXPECT_EQ(rule("read", "1/s").cost(wr), 0u);
  EXPECT_EQ(rule("x", "1/s;fixed").rules.kind, limit_kind::fixed);
  for (const char* wrong : {"", "60", "60/s;cost=1", "60/s;read=", "60/s;read=x", "4/s;write=5"}) {
    named_rule r = rule_called("x");
    r.rules.windows.clear();
    EXPECT_EQ(read_rule(wrong, true_day, r).empty(), *wrong == '\0') << wrong;
  }
}

TEST(NamedLimits, ADayLastsAsLongAsItIsSaid) {
  named_rule daily = rule_called("daily");
  ASSERT_EQ(read_rule("2/day", 60 * one_second, daily), "");
  budgets b{{daily}};
  EXPECT_EQ(b.count(rd, "", limits_start).rule, nullptr);
  EXPECT_EQ(b.count(wr, "", limits_start).rule, nullptr);
  const auto refused = b.count(wr, "", limits_start + one_second);
  ASSERT_NE(refused.rule, nullptr);
  EXPECT_EQ(refused.free_at, limits_start + 60 * one_second);
}

TEST(NamedLimits, OneBudgetForReadsAndWritesWithCosts) {
  budgets b{{rule("points", "10/10s;read=1;write=5")}};
  EXPECT_EQ(b.count(wr, "", limits_start).rule, nullptr);
  EXPECT_EQ(b.count(wr, "", limits_start + one_second).rule, nullptr);
  EXPECT_NE(b.count(rd, "", limits_start + 2 * one_second).rule, nullptr);
  EXPECT_EQ(b.count(wr, "", limits_start + 9 * one_second).free_at, limits_start + 10 * one_second);
  EXPECT_EQ(b.count(wr, "", limits_start + 10 * one_second).rule, nullptr);
  EXPECT_EQ(b.exceeded(), 2u);
}

TEST(NamedLimits, ARequestThatOneLimitRefusesTakesNothingFromTheOthers) {
  budgets b{{rule("all", "2/10s"), rule("write", "1/60s")}};
  EXPECT_EQ(b.count(wr, "", limits_start).rule, nullptr);
  const auto refused = b.count(wr, "", limits_start);
  ASSERT_NE(refused.rule, nullptr);
  EXPECT_EQ(refused.rule->name, "write");
  EXPECT_EQ(refused.free_at, limits_start + 60 * one_second);
  EXPECT_EQ(b.count(rd, "", limits_start).rule, nullptr);
  EXPECT_EQ(b.report("all", limits_start)->remaining, 0u);
}

TEST(NamedLimits, EachResourceHasABudgetOfItsOwn) {
  budgets b{{rule("each", "2/10s")}};
  for (const char* id : {"1", "2"}) {
    EXPECT_EQ(b.count(wr, id, limits_start).rule, nullptr);
    EXPECT_EQ(b.count(wr, id, limits_start).rule, nullptr);
    EXPECT_NE(b.count(wr, id, limits_start).rule, nullptr);
    EXPECT_EQ(b.count(rd, id, limits_start).rule, nullptr) << "reads do not count";
  }
  EXPECT_EQ(b.count(wr, "", limits_start).rule, nullptr) << "a batch is about no single resource";
  std::string truth = "[";
  bool first = true;
  b.append_truth(truth, "key_1", first);
  const json::value v = json::parse(truth + "]");
  EXPECT_EQ(v.at(0).at("most_counted"), 2);
  EXPECT_EQ(v.at(0).at("counted"), 4);
  EXPECT_EQ(v.at(0).at("resources"), 2);
  EXPECT_EQ(v.at(0).at("exceeded"), 2);
}

TEST(NamedLimits, ObservingRecordsEveryViolationAndRefusesNothing) {
  named_rule r = rule("all", "1/10s");
  r.rules.enforce = enforcement::observe;
  budgets b{{r}};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(b.count(wr, "7", limits_start + i).rule, nullptr);
  EXPECT_EQ(b.exceeded(), 2u);
  std::string truth = "[";
  bool first = true;
  b.append_violations(truth, "key_1", first);
  const json::value v = json::parse(truth + "]");
  ASSERT_EQ(v.as_array().size(), 2u);
  EXPECT_EQ(v.at(0).at("limit"), "all");
  EXPECT_EQ(v.at(0).at("id"), "7");
  EXPECT_EQ(v.at(0).at("at_us"), limits_start + 1);
}

// By the definition: no span of a window's length holds more cost than its limit, and no request is refused
// that would have fitted.
TEST(NamedLimits, WeightedWindowsAgreeWithTheDefinition) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    budgets b{{rule("points", "20/1s,9/200ms;read=1;write=4")}};
    std::vector<std::pair<time_us, std::uint64_t>> counted;
    time_us now = limits_start;
    for (std::uint64_t i = 0; i < 300; ++i) {
      const std::uint64_t dice = mix(seed * 1000 + i);
      now += static_cast<time_us>(dice % 5) * 50'000;
      const request_class kind = (dice >> 32) % 2 == 0 ? rd : wr;
      const std::uint64_t cost = kind == rd ? 1 : 4;
      const auto inside = [&](time_us length) {
        std::uint64_t n = 0;
        for (const auto& [t, c] : counted) n += t > now - length ? c : 0;
        return n;
      };
      const bool fits = inside(one_second) + cost <= 20 && inside(200'000) + cost <= 9;
      const auto refusal = b.count(kind, "", now);
      ASSERT_EQ(refusal.rule == nullptr, fits) << "seed " << seed << " step " << i;
      if (fits) {
        counted.emplace_back(now, cost);
      } else {
        ASSERT_GT(refusal.free_at, now);
      }
    }
  }
}

}  // namespace
}  // namespace sandbox

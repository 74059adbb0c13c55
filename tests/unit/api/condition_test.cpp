#include "engine/api/condition.hpp"

#include "engine/text/date_time.hpp"
#include "engine/text/json_locator.hpp"
#include "tests/unit/api/thread_reading.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

static void PrintTo(condition_state s, std::ostream* out) {
  constexpr const char* names[] = {"holds", "fails", "malformed"};
  *out << names[static_cast<std::size_t>(s)];
}

namespace {

using namespace std::chrono_literals;
using state = condition_state;

constexpr wall_time condition_now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 10h + 250ms;

precondition parse(std::string_view text) {
  static const profile api = testing::reading_profile();
  auto parsed = parse_precondition(text, api);
  if (!parsed) throw std::runtime_error(to_string(parsed.error()));
  return *parsed;
}

bool holds(const precondition& p, const located& shown, wall_time at) {
  condition_judge judge;
  return judge.judge(p, shown, at) == condition_state::holds;
}

located value(std::string_view text) {
  located at;
  at.is = located::kind::value;
  at.text = text;
  return at;
}

struct condition_case {
  const char* condition;
  const char* shown;
  condition_state is;
};

TEST(Condition, HoldsAgainstWhatIsShown) {
  const std::vector<condition_case> cases{
      {"status = open", R"("open")", state::holds},
      {"status = open", R"("\u006fpen")", state::holds},
      {"status = open", R"("done")", state::fails},
      {"status = open", "null", state::fails},
      {"status != open", R"("open")", state::fails},
      {"status != open", R"("done")", state::holds},
      {"status != open", "null", state::holds},
      {"status = open", "opn", state::malformed},
      {"is_read = true", "true", state::holds},
      {"is_read = true", R"("true")", state::fails},
      {R"(title = "null")", R"("null")", state::holds},
      {R"(title = "null")", "null", state::fails},
      {"title is null", "null", state::holds},
      {"title = null", "null", state::holds},
      {"title is null", R"("")", state::fails},
      {"title is not null", R"("")", state::holds},
      {"snoozed_until = 2026-12-01T09:00:00Z", R"("2026-12-01T10:00:00.000+01:00")", state::holds},

      {"size < 42", "41.9999999999999999999", state::holds},
      {"size < 42", "42", state::fails},
      {"size < 42", "42.0", state::fails},
      {"size > 42", "42", state::fails},
      {"size > 42", "420e-1", state::fails},
      {"size > 42", "4.3e1", state::holds},
      {"size > 42", "100", state::holds},
      {"size < 42", "9", state::holds},
      {"size > -42", "-41", state::holds},
      {"size > -42", "-43", state::fails},
      {"size > -42", "-100", state::fails},
      {"size > -42", "0", state::holds},
      {"size < 0", "-0", state::fails},
      {"size < 0", "-0.001", state::holds},
      {"size > 0", "1e-300", state::holds},
      {"size > 9007199254740992", "9007199254740993", state::holds},
      {"size > 0.1", "0.09", state::fails},
      {"size > 0", "null", state::fails},
      {"size < 0", "null", state::fails},
      {"size > 0", R"("1")", state::malformed},
      {"size > 0", "01", state::malformed},

      {"updated_at < 2026-01-01T00:00:00Z", R"("2025-12-31T23:59:59.999Z")", state::holds},
      {"updated_at < 2026-01-01T00:00:00Z", R"("2026-01-01T00:00:00.000Z")", state::fails},
      {"updated_at > 2026-01-01T00:00:00Z", R"("2026-01-01T00:00:00.000Z")", state::fails},
      {"updated_at > 2026-01-01T00:00:00Z", R"("2026-01-01T00:00:00.001Z")", state::holds},
      {"updated_at > 2026-01-01T00:00:00Z", R"("2026-01-01T00:30:00+01:00")", state::fails},
      {"updated_at > 2026-01-01T00:00:00Z", "null", state::fails},
      {"updated_at > 2026-01-01T00:00:00Z", R"("yesterday")", state::malformed},
      {"updated_at > 2026-01-01T00:00:00Z", "1767225601", state::malformed},

      // Now is 2026-11-23T10:00:00.250Z.
      {"last_inbound_message_at older than 90d", R"("2026-08-25T10:00:00.249Z")", state::holds},
      {"last_inbound_message_at older than 90d", R"("2026-08-25T10:00:00.25Z")", state::fails},
      {"last_inbound_message_at newer than 90d", R"("2026-08-25T10:00:00.25Z")", state::fails},
      {"last_inbound_message_at newer than 90d", R"("2026-08-25T10:00:00.2500001Z")", state::holds},
      {"last_inbound_message_at older than 90d", R"("2026-08-25T11:00:00.249+01:00")", state::holds},
      {"last_inbound_message_at older than 1s", R"("2026-11-23T09:59:59.2Z")", state::holds},
      {"last_inbound_message_at newer than 1s", R"("2026-11-24T00:00:00Z")", state::holds},
      {"last_inbound_message_at older than 1s", R"("2026-11-24T00:00:00Z")", state::fails},
      {"last_inbound_message_at older than 90d", "null", state::fails},
      {"last_inbound_message_at newer than 90d", "null", state::fails},
      {"last_inbound_message_at older than 90d", R"("")", state::malformed},
      {"last_inbound_message_at older than 90d", "12", state::malformed},
  };
  condition_judge judge;
  for (const auto& c : cases) {
    const auto p = parse(c.condition);
    EXPECT_EQ(judge.judge(p, value(c.shown), condition_now), c.is) << c.condition << " against " << c.shown;
  }
}

TEST(Condition, AbsentCountsAsNull) {
  const located absent;
  for (const auto* text :
       {"status = open", "size < 1", "size > 1", "updated_at older than 1d", "updated_at newer than 1d",
        "updated_at < 2026-01-01T00:00:00Z", "tag_ids has x", "title is not null"})
    EXPECT_FALSE(holds(parse(text), absent, condition_now)) << text;
  for (const auto* text : {"status != open", "title is null"})
    EXPECT_TRUE(holds(parse(text), absent, condition_now)) << text;
}

TEST(Condition, LooksIntoLists) {
  const auto p = parse("tag_ids has tag_b");
  located list;
  list.is = located::kind::list;
  EXPECT_FALSE(holds(p, list, condition_now));
  list.elements = {R"("tag_a")", R"("tag_\u0062")"};
  EXPECT_TRUE(holds(p, list, condition_now));
  EXPECT_TRUE(holds(p, value(R"(["tag_a", "tag_b"])"), condition_now));
  EXPECT_FALSE(holds(p, value(R"([["tag_b"]])"), condition_now));
  EXPECT_FALSE(holds(p, value("null"), condition_now));
  condition_judge judge;
  EXPECT_EQ(judge.judge(p, value(R"("tag_b")"), condition_now), state::malformed);
  EXPECT_EQ(judge.judge(p, value(R"(["tag_b",x])"), condition_now), state::malformed);
  list.elements = {R"("tag_b")", "x"};
  EXPECT_EQ(judge.judge(p, list, condition_now), state::malformed);
  EXPECT_FALSE(holds(parse("tag_ids is null"), list, condition_now));
  EXPECT_TRUE(holds(parse("tag_ids is not null"), list, condition_now));
}

TEST(Condition, WhatStandsInTheWayIsMalformed) {
  located broken;
  broken.is = located::kind::broken;
  condition_judge judge;
  for (const auto* text : {"status = open", "status != open", "size < 1", "title is null", "tag_ids has x"})
    EXPECT_EQ(judge.judge(parse(text), broken, condition_now), state::malformed) << text;
}

TEST(Condition, AgesBeforeTheEpochAreAges) {
  const wall_time early =
      std::chrono::sys_days{std::chrono::year{1969} / 12 / 31} + 23h + 59min + 59s + 500ms;
  EXPECT_TRUE(holds(parse("updated_at older than 1s"), value(R"("1969-12-31T23:59:58.4Z")"), early));
  EXPECT_FALSE(holds(parse("updated_at older than 1s"), value(R"("1969-12-31T23:59:58.5Z")"), early));
}

TEST(Condition, NamesBecomeIds) {
  name_directory tags;
  tags.add("Billing", "tag_1");
  tags.add("Say \"hi\"", "tag_2");
  tags.add("Twice", "tag_3");
  tags.add("Twice", "tag_4");

  auto by_id = resolve_name(parse("has tag Billing"), tags);
  ASSERT_TRUE(by_id);
  EXPECT_TRUE(holds(*by_id, value(R"(["tag_1"])"), condition_now));
  EXPECT_FALSE(holds(*by_id, value(R"(["Billing"])"), condition_now));
  by_id = resolve_name(parse(R"(has tag "Say \"hi\"")"), tags);
  ASSERT_TRUE(by_id);
  EXPECT_EQ(by_id->json, R"("tag_2")");
  by_id = resolve_name(parse("status = open"), tags);
  ASSERT_TRUE(by_id);
  EXPECT_EQ(*by_id, parse("status = open"));

  auto wrong = resolve_name(parse("has tag Twice"), tags);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(to_string(wrong.error()),
            "more than one entry of tag_ids is called \"Twice\"; name it by its id: tag_ids has ID");
  wrong = resolve_name(parse("has tag billing"), tags);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(to_string(wrong.error()), R"(no entry of tag_ids is called "billing"; did you mean "Billing"?)");
  wrong = resolve_name(parse("has tag Quite-different"), tags);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().remedy, "names match exactly, case and all");
}

TEST(NameDirectory, FindsNamesExactly) {
  name_directory names;
  names.add("a", "1");
  names.add("a", "1");
  names.add("A", "2");
  names.add("b", "3");
  names.add("b", "4");
  names.add("b", "3");
  names.add("", "5\"");
  using match = name_directory::match;
  EXPECT_EQ(names.find("a").is, match::id);
  EXPECT_EQ(names.find("a").id_json, R"("1")");
  EXPECT_EQ(names.find("A").id_json, R"("2")");
  EXPECT_EQ(names.find("b").is, match::ambiguous);
  EXPECT_EQ(names.find("b").id_json, R"("3")");
  EXPECT_EQ(names.find("b").other_json, R"("4")");
  EXPECT_EQ(names.find("").id_json, R"("5\"")");
  EXPECT_EQ(names.find("c").is, match::unknown);
  EXPECT_EQ(names.find("a ").is, match::unknown);
  EXPECT_EQ(names.size(), 4U);
}

TEST(Instant, HasTheOrderOfTime) {
  constexpr std::array in_order{"0000-01-01T00:00:00Z",      "1969-12-31T23:59:59.999Z",
                                "1970-01-01T00:00:00Z",      "2026-01-01T00:59:59+01:00",
                                "2026-01-01T00:00:00Z",      "2026-01-01T00:00:00.0999999Z",
                                "2026-01-01T00:00:00.1Z",    "2026-01-01T00:00:00.1000000000001Z",
                                "2026-01-01T00:00:00.2Z",    "2026-01-01T00:00:01Z",
                                "2025-12-31T23:30:00-01:00", "9999-12-31T23:59:59.9Z"};
  for (std::size_t a = 0; a < in_order.size(); ++a)
    for (std::size_t b = 0; b < in_order.size(); ++b) {
      const auto x = parse_instant(in_order[a]), y = parse_instant(in_order[b]);
      ASSERT_TRUE(x && y);
      EXPECT_EQ(*x <=> *y, a <=> b) << in_order[a] << " and " << in_order[b];
    }
  EXPECT_EQ(*parse_instant("2026-01-01T01:00:00.10+01:00"), *parse_instant("2026-01-01T00:00:00.1Z"));
}

}  // namespace
}  // namespace pawl::api

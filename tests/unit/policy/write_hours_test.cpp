#include "engine/policy/write_hours.hpp"

#include "engine/text/date_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

wall_time utc(std::string_view text) {
  const auto at = parse_instant(text);
  return wall_time{std::chrono::seconds{at.value().seconds}};
}

write_hours hours(std::string_view text, const char* zone) {
  return {*parse_day_hours(text), *time_zone::named(zone)};
}

struct moment {
  const char *hours, *zone, *now;
  bool is_open;
  const char* until;
};

TEST(WriteHours, AreThoseOfThePlace) {
  // Europe/Berlin: from 2026-03-29T01:00Z summer time, from 2026-10-25T01:00Z winter time.
  for (const auto& m : std::vector<moment>{
           {"08:00-17:00", "UTC", "2026-05-04T07:59:59Z", false, "2026-05-04T08:00:00Z"},
           {"08:00-17:00", "UTC", "2026-05-04T08:00:00Z", true, "2026-05-04T17:00:00Z"},
           {"08:00-17:00", "UTC", "2026-05-04T17:00:00Z", false, "2026-05-05T08:00:00Z"},
           {"22:00-06:00", "Europe/Berlin", "2026-01-10T20:59:59Z", false, "2026-01-10T21:00:00Z"},
           {"22:00-06:00", "Europe/Berlin", "2026-01-10T21:00:00Z", true, "2026-01-11T05:00:00Z"},
           {"22:00-06:00", "Europe/Berlin", "2026-01-11T04:59:59Z", true, "2026-01-11T05:00:00Z"},
           {"22:00-06:00", "Europe/Berlin", "2026-01-11T05:00:00Z", false, "2026-01-11T21:00:00Z"},
           // The night has seven hours, and nine.
           {"22:00-06:00", "Europe/Berlin", "2026-03-28T21:00:00Z", true, "2026-03-29T04:00:00Z"},
           {"22:00-06:00", "Europe/Berlin", "2026-03-29T04:00:00Z", false, "2026-03-29T20:00:00Z"},
           {"22:00-06:00", "Europe/Berlin", "2026-10-24T20:00:00Z", true, "2026-10-25T05:00:00Z"},
           {"22:00-06:00", "Europe/Berlin", "2026-10-25T05:00:00Z", false, "2026-10-25T21:00:00Z"},
           // 02:30 is jumped over: the hours begin, or end, with the jump.
           {"02:30-06:00", "Europe/Berlin", "2026-03-29T00:59:59Z", false, "2026-03-29T01:00:00Z"},
           {"22:00-02:30", "Europe/Berlin", "2026-03-28T23:00:00Z", true, "2026-03-29T01:00:00Z"},
           // Both are jumped over: there are none on that day.
           {"02:10-02:50", "Europe/Berlin", "2026-03-29T00:30:00Z", false, "2026-03-30T00:10:00Z"},
           // 02:30 comes twice: they begin with the second one, and end with the first.
           {"02:30-06:00", "Europe/Berlin", "2026-10-25T00:45:00Z", false, "2026-10-25T01:30:00Z"},
           {"22:00-02:30", "Europe/Berlin", "2026-10-25T00:15:00Z", true, "2026-10-25T00:30:00Z"},
           {"22:00-02:30", "Europe/Berlin", "2026-10-25T01:15:00Z", false, "2026-10-25T21:00:00Z"},
           {"20:00-24:00", "America/New_York", "2026-07-01T03:59:59Z", true, "2026-07-01T04:00:00Z"},
           {"00:00-06:00", "Asia/Kolkata", "2026-07-01T18:30:00Z", true, "2026-07-02T00:30:00Z"},
       }) {
    const auto is = hours(m.hours, m.zone).at(utc(m.now));
    EXPECT_EQ(is.is_open, m.is_open) << m.hours << m.now;
    EXPECT_EQ(rfc3339_to_second(is.until), m.until) << m.hours << m.now;
  }
}

struct work {
  const char *hours, *now;
  duration takes;
  const char* end;
};

TEST(WriteHours, WorkRestsOutsideOfThem) {
  for (const auto& w : std::vector<work>{
           {"22:00-06:00", "2026-01-10T21:00:00Z", 8h, "2026-01-11T05:00:00Z"},
           {"22:00-06:00", "2026-01-10T21:00:00Z", 8h + 1s, "2026-01-11T21:00:01Z"},
           {"22:00-06:00", "2026-01-10T12:00:00Z", 1h, "2026-01-10T22:00:00Z"},
           {"22:00-06:00", "2026-03-28T21:00:00Z", 8h, "2026-03-29T21:00:00Z"},
           {"22:00-06:00", "2026-10-24T20:00:00Z", 10h, "2026-10-25T22:00:00Z"},
           {"08:00-08:01", "2026-01-10T07:00:00Z", 3min, "2026-01-12T07:01:00Z"},
       })
    EXPECT_EQ(rfc3339_to_second(hours(w.hours, "Europe/Berlin").end_of(w.takes, utc(w.now))), w.end)
        << w.hours << w.now;
  EXPECT_GT(hours("08:00-08:01", "UTC").end_of(duration::max(), utc("2026-01-10T07:00:00Z")),
            utc("2050-01-01T00:00:00Z"))
      << "it ends";
}

TEST(WriteHours, AreReadAsPeopleWriteThem) {
  EXPECT_EQ(*parse_day_hours("22:00-06:00"), (day_hours{22h, 6h}));
  EXPECT_EQ(*parse_day_hours("8:30-24:00"), (day_hours{8h + 30min, 24h}));
  EXPECT_EQ(*parse_day_hours("00:00-00:01"), (day_hours{0min, 1min}));
  for (const char* text :
       {"", "-", "22:00", "22-6", "22:00-", "22:00-6", "22:60-23:00", "24:01-25:00", "24:00-06:00",
        "22:00-06:00-", "22:0-06:00", "-1:00-06:00", " 22:00-06:00", "1e:00-02:00"}) {
    const auto wrong = parse_day_hours(text);
    ASSERT_FALSE(wrong) << text;
    EXPECT_THAT(to_string(wrong.error()), HasSubstr("write it as 22:00-06:00")) << text;
  }
  for (const char* text : {"06:00-06:00", "00:00-24:00"})
    EXPECT_THAT(to_string(parse_day_hours(text).error()), HasSubstr("is never or always")) << text;
}

TEST(WriteHours, SayWhichTheyAre) {
  EXPECT_EQ(hours("8:30-24:00", "Europe/Berlin").in_words(), "08:30-24:00 (Europe/Berlin)");
  EXPECT_THAT(to_string(time_zone::named("Europe/Berln").error()),
              HasSubstr("there is no time zone \"Europe/Berln\" on this machine; write it as Europe/Berlin"));
  EXPECT_FALSE(time_zone::named("../../etc/passwd"));
  EXPECT_FALSE(time_zone::named(""));
}

}  // namespace
}  // namespace pawl::policy


#include "engine/text/date_time.hpp"

#include <gtest/gtest.h>

namespace pawl {
namespace {

TEST(Timestamp, TakesWhatRfc3339Allows) {
  for (const char* good :
       {"2026-05-01T09:00:00Z", "2026-05-01t09:00:00z", "2026-05-01T09:00:00.123456789+02:00",
        "2024-02-29T00:00:00-23:59", "2000-02-29T23:59:59Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
        "1990-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00"})
    EXPECT_TRUE(is_rfc3339(good, leap_second::at_month_end)) << good;
}

TEST(Timestamp, RefusesWhatIsNoRealMomentOrHasNoOffset) {
  for (const char* bad : {"",
                          "2026-05-01",
                          "2026-05-01T09:00:00",
                          "2026-05-01 09:00:00Z",
                          "2026-05-01T09:00Z",
                          "2026-02-29T00:00:00Z",
                          "1900-02-29T00:00:00Z",
                          "2026-04-31T00:00:00Z",
                          "2026-13-01T00:00:00Z",
                          "2026-00-01T00:00:00Z",
                          "2026-05-00T00:00:00Z",
                          "2026-05-01T24:00:00Z",
                          "2026-05-01T23:60:00Z",
                          "2026-05-01T23:59:61Z",
                          "2026-05-01T12:59:60Z",
                          "2026-05-02T23:59:60Z",
                          "2026-05-01T09:00:00.Z",
                          "2026-05-01T09:00:00+0200",
                          "2026-05-01T09:00:00+02",
                          "2026-05-01T09:00:00+02:",
                          "2026-05-01T09:00:00+02:0",
                          "2026-05-01T09:00:00+24:00",
                          "2026-05-01T09:00:00+02:60",
                          "2026-05-01T09:00:00Zx",
                          " 2026-05-01T09:00:00Z",
                          "26-05-01T09:00:00Z",
                          "2026-5-1T9:00:00Z00",
                          "2026-05-01T09:00:00.5",
                          "+026-05-01T09:00:00Z",
                          "2026-05-01T09:00:00,5Z"})
    EXPECT_FALSE(is_rfc3339(bad, leap_second::at_month_end)) << bad;
}

TEST(Timestamp, TakesALeapSecondAnywhereWhereItIsAskedTo) {
  EXPECT_TRUE(is_rfc3339("2026-05-01T12:59:60Z", leap_second::anywhere));
  EXPECT_FALSE(is_rfc3339("2026-05-01T12:59:61Z", leap_second::anywhere));
  EXPECT_FALSE(is_rfc3339("2026-05-01 12:59:00Z", leap_second::anywhere));
  EXPECT_TRUE(parse_instant("2026-05-01 12:59:60Z"));
}

TEST(Instant, ReadsWhatRfc3339Allows) {
  EXPECT_EQ(parse_instant("1970-01-01T00:00:00Z")->seconds, 0);
  EXPECT_EQ(parse_instant("2000-02-29T12:00:00+00:00")->seconds, 951'825'600);
  EXPECT_EQ(parse_instant("1969-12-31T23:59:59Z")->seconds, -1);
  EXPECT_EQ(parse_instant("0000-01-01T00:00:00Z")->seconds, -62'167'219'200);
  EXPECT_EQ(parse_instant("9999-12-31T23:59:59Z")->seconds, 253'402'300'799);
  for (const char* bad :
       {"", "2026", "2026-12-01", "2026-12-01T09:00Z", "2026-13-01T09:00:00Z", "2026-12-01T24:00:00Z",
        "2026-12-01T09:60:00Z", "2026-12-01T09:00:61Z", "2025-02-29T00:00:00Z", "2026-12-01T09:00:00.Z",
        "2026-12-01T09:00:00+0100", "2026-12-01T09:00:00+24:00", "2026-12-01T09:00:00+01:60",
        "2026-12-01T09:00:00Zx", "26-12-01T09:00:00Z", "2026-12-0xT09:00:00Z", " 2026-12-01T09:00:00Z"})
    EXPECT_FALSE(parse_instant(bad)) << bad;
}

TEST(DateTime, IsWrittenInUtc) {
  using std::chrono::microseconds, std::chrono::seconds;
  const std::chrono::sys_time<microseconds> t{microseconds{1'767'323'045'678'901}};
  EXPECT_EQ(rfc3339(t), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(rfc3339_to_second(t), "2026-01-02T03:04:05Z");
  EXPECT_EQ(date_and_time(t), "2026-01-02 03:04:05 UTC");
  EXPECT_EQ(rfc3339(t - seconds{2'000'000'000}), "1962-08-17T23:30:45.678Z");
  EXPECT_EQ(date_and_time(std::chrono::sys_seconds{}), "1970-01-01 00:00:00 UTC");
}

}  // namespace
}  // namespace pawl

#include "engine/text/epoch_time.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl {
namespace {

constexpr auto s = epoch_unit::second, ms = epoch_unit::millisecond;

TEST(EpochTime, CountsExactly) {
  struct {
    const char* date_time;
    epoch_unit unit;
    const char* number;
  } const table[] = {
      {"1970-01-01T00:00:00Z", s, "0"},
      {"1970-01-01T00:00:00Z", ms, "0"},
      {"1970-01-01T00:00:01.5Z", s, "1.5"},
      {"1970-01-01T00:00:01.5Z", ms, "1500"},
      {"1970-01-01T00:00:00.0005Z", ms, "0.5"},
      {"1970-01-01T00:00:00.25Z", s, "0.25"},
      {"2026-05-01T09:00:00Z", s, "1777626000"},
      {"2026-05-01T09:00:00.123456789Z", ms, "1777626000123.456789"},
      {"1969-12-31T23:59:59Z", s, "-1"},
      {"1969-12-31T23:59:58.5Z", s, "-1.5"},
      {"1969-12-31T23:59:59.75Z", ms, "-250"},
      {"1969-12-31T23:59:59.9Z", s, "-0.1"},
      {"0000-01-01T00:00:00Z", s, "-62167219200"},
      {"9999-12-31T23:59:59.999Z", ms, "253402300799999"},
  };
  for (const auto& t : table) {
    std::string number, date_time;
    EXPECT_TRUE(append_epoch(number, t.date_time, t.unit)) << t.date_time;
    EXPECT_EQ(number, t.number) << t.date_time;
    EXPECT_TRUE(append_date_time(date_time, t.number, t.unit)) << t.number;
    EXPECT_EQ(date_time, t.date_time) << t.number;
  }
}

TEST(EpochTime, ReadsNumbersHoweverTheyAreWritten) {
  struct {
    const char* number;
    epoch_unit unit;
    const char* date_time;
  } const table[] = {
      {"1.5e3", ms, "1970-01-01T00:00:01.5Z"},   {"1777626000.000", s, "2026-05-01T09:00:00Z"},
      {"17776260e2", s, "2026-05-01T09:00:00Z"}, {"-0", s, "1970-01-01T00:00:00Z"},
      {"0e99", s, "1970-01-01T00:00:00Z"},       {"5e-3", s, "1970-01-01T00:00:00.005Z"},
  };
  for (const auto& t : table) {
    std::string date_time;
    EXPECT_TRUE(append_date_time(date_time, t.number, t.unit)) << t.number;
    EXPECT_EQ(date_time, t.date_time) << t.number;
  }
  for (const auto* bad :
       {"", "x", "\"1\"", "01", "1e30", "1e99999", "253402300800", "-62167219201", "1e-70"}) {
    std::string date_time;
    EXPECT_FALSE(append_date_time(date_time, bad, s)) << bad;
    EXPECT_EQ(date_time, "") << bad;
  }
  std::string number;
  EXPECT_FALSE(append_epoch(number, "2026-05-01", s));
}

}  // namespace
}  // namespace pawl

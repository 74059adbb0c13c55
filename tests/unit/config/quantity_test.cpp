#include "config/quantity.hpp"

#include "engine/text/amounts.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pawl::config {
namespace {

using namespace std::chrono_literals;

TEST(Quantity, ReadsRatesAndWritesThemBack) {
  const struct {
    const char* text;
    std::uint32_t limit;
    std::chrono::nanoseconds length;
    const char* again;
  } table[] = {
      {"60/min", 60, 60s, "60/min"},    {"60/m", 60, 60s, "60/min"},
      {"20/10s", 20, 10s, "20/10s"},    {"333/10s", 333, 10s, "333/10s"},
      {"5000/s", 5000, 1s, "5000/s"},   {"100/h", 100, 1h, "100/h"},
      {"1/500ms", 1, 500ms, "1/500ms"}, {"7/60s", 7, 60s, "7/min"},
      {"7/90min", 7, 90min, "7/90min"}, {"1000000/24h", 1000000, 24h, "1000000/day"},
      {"10/1h", 10, 1h, "10/h"},        {"9/1ms", 9, 1ms, "9/ms"},
      {"3/11h", 3, 11h, "3/11h"},
  };
  for (const auto& row : table) {
    const auto rate = parse_rate(row.text);
    ASSERT_TRUE(rate) << row.text << ": " << to_string(rate.error());
    ASSERT_TRUE(*rate) << row.text;
    EXPECT_EQ((*rate)->limit, row.limit) << row.text;
    EXPECT_EQ((*rate)->length, row.length) << row.text;
    EXPECT_EQ(to_string(**rate), row.again) << row.text;
    EXPECT_EQ(**parse_rate(row.again), **rate) << row.text;
  }
  const auto unlimited = parse_rate("unlimited");
  ASSERT_TRUE(unlimited);
  EXPECT_FALSE(*unlimited);
}

TEST(Quantity, ReadsWhatARequestCosts) {
  const struct {
    const char* text;
    rate_limit limit;
    const char* again;
  } table[] = {
      {"5000/h", {{5000, 1h}, 1, 1}, "5000/h"},
      {"900/min read=1 write=5", {{900, 60s}, 1, 5}, "900/min write=5"},
      {"900/min  write=5", {{900, 60s}, 1, 5}, "900/min write=5"},
      {"30/10min read=0", {{30, 10min}, 0, 1}, "30/10min read=0"},
      {"250000/day", {{250'000, 24h}, 1, 1}, "250000/day"},
      {"250000/d write=0", {{250'000, 24h}, 1, 0}, "250000/day write=0"},
  };
  for (const auto& row : table) {
    const auto limit = parse_limit(row.text);
    ASSERT_TRUE(limit && *limit) << row.text;
    EXPECT_EQ(**limit, row.limit) << row.text;
    EXPECT_EQ(to_string(**limit), row.again);
    EXPECT_EQ(**parse_limit(row.again), row.limit);
  }
  EXPECT_FALSE(*parse_limit("unlimited"));
  for (const auto* text : {"900/min write", "900/min write=", "900/min write=x", "900/min write=5 write=6",
                           "900/min cost=5", "unlimited write=5", "900/min read=0 write=0", "9/min write=10",
                           "900/min write=5,read=1", "", " 5/min"})
    EXPECT_FALSE(parse_limit(text)) << text;
  const std::vector<std::string> mixed{"5/min", "unlimited"};
  EXPECT_FALSE(parse_limits(mixed));
}

TEST(Quantity, RefusesRatesByName) {
  const std::string forms = "; write it as 60/min, 20/10s, 5000/s, 100/h or unlimited";
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "\"\" is not a rate" + forms},
      {"fast", "\"fast\" is not a rate" + forms},
      {"60", "\"60\" has no window; write \"60/min\", or another of 60/min, 20/10s, 5000/s, 100/h"},
      {"60 /min", "\"60 /min\" is not a rate" + forms},
      {"60/", "\"60/\" has no unit of time" + forms},
      {"60/10", "\"60/10\" has no unit of time" + forms},
      {"60/fortnight", "\"60/fortnight\": \"fortnight\" is no unit of time; use ms, s, min, h or day"},
      {"20/10s,60/min",
       "\"20/10s,60/min\" names several windows in one; give each its own: --rate 20/10s --rate 60/min, or a "
       "list in pawl.toml"},
      {"60/2d", "\"60/2d\" has a window of more than 24 h" + forms},
      {"60/Min", "\"60/Min\": \"Min\" is no unit of time; use ms, s, min, h or day"},
      {"0/min", "\"0/min\" would never send anything; write at least 1, or unlimited"},
      {"-5/min", "\"-5/min\" is not a rate" + forms},
      {"+5/min", "\"+5/min\" is not a rate" + forms},
      {"1.5/s", "\"1.5/s\" is not a rate" + forms},
      {"60/0s", "\"60/0s\" has a window of no length" + forms},
      {"60/25h", "\"60/25h\" has a window of more than 24 h" + forms},
      {"60/99999999999999999999s", "\"60/99999999999999999999s\" has a window of more than 24 h" + forms},
      {"1000001/s", "\"1000001/s\" is more than 1,000,000 in a window; write a lower rate, or unlimited"},
      {"99999999999999999999/s",
       "\"99999999999999999999/s\" is more than 1,000,000 in a window; write a lower rate, or unlimited"},
      {"Unlimited", "\"Unlimited\" is not a rate" + forms},
  };
  for (const auto& [text, message] : table) {
    const auto rate = parse_rate(text);
    ASSERT_FALSE(rate) << text;
    EXPECT_EQ(to_string(rate.error()), message);
  }
  const std::vector<std::string> mixed{"60/min", "unlimited"};
  EXPECT_EQ(to_string(parse_rates(mixed).error()),
            "unlimited stands beside another rate; write unlimited alone, or leave it out");
  const std::vector<std::string> alone{"unlimited"};
  EXPECT_TRUE(parse_rates(alone)->empty());
  const std::vector<std::string> two{"60/min", "20/10s"};
  EXPECT_EQ(parse_rates(two)->size(), 2u);
}

TEST(Quantity, ReadsDurations) {
  const std::pair<const char*, duration> good[] = {{"250ms", 250ms}, {"3s", 3s}, {"15m", 15min},
                                                   {"1h", 1h},       {"0s", 0s}, {"1000h", 1000h}};
  for (const auto& [text, value] : good) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, value) << text;
  }
  EXPECT_EQ(duration_text(250ms), "250ms");
  EXPECT_EQ(duration_text(60s), "1m");
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(0s), "0ms");
  const std::pair<const char*, const char*> bad[] = {
      {"3", "\"3\" has no unit; write \"3s\" for seconds; units are ms, s, m, h"},
      {"s", "\"s\" is not a duration; write it as 250ms, 3s, 15m or 1h"},
      {"1d", "\"1d\" is not a duration; write it as 250ms, 3s, 15m or 1h"},
      {"1.5s", "\"1.5s\" is not a duration; write it as 250ms, 3s, 15m or 1h"},
      {"1h30m", "\"1h30m\" is not a duration; write it as 250ms, 3s, 15m or 1h"},
      {"-1s", "\"-1s\" is not a duration; write it as 250ms, 3s, 15m or 1h"},
      {"1001h", "\"1001h\" is longer than 1000 hours; write a shorter one"},
      {"99999999999999999999s", "\"99999999999999999999s\" is longer than 1000 hours; write a shorter one"},
  };
  for (const auto& [text, message] : bad) EXPECT_EQ(to_string(parse_duration(text).error()), message);
}

TEST(Quantity, ReadsShares) {
  const std::pair<const char*, double> good[] = {
      {"20%", 0.2}, {"0.2", 0.2}, {"0%", 0}, {"100%", 1}, {"12.5%", 0.125}};
  for (const auto& [text, value] : good) {
    const auto parsed = parse_share(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_DOUBLE_EQ(*parsed, value) << text;
  }
  for (const auto* text : {"", "%", "a%", "-1%", "inf", "nan%", "1e-1", "1.2.3", "20 %"})
    EXPECT_FALSE(parse_share(text)) << text;
  EXPECT_EQ(to_string(parse_share("20").error()),
            "\"20\" is more than the whole; write a percent sign: \"20%\"");
  EXPECT_EQ(to_string(parse_share("120%").error()),
            "\"120%\" is more than the whole; write it as 20% or 0.2");
}

TEST(Quantity, CountsAreDigitsInRange) {
  EXPECT_EQ(*parse_count("16", 1, 1024), 16u);
  EXPECT_EQ(to_string(parse_count("1025", 1, 1024).error()),
            "\"1025\" is out of range; write a number from 1 to 1024");
  EXPECT_EQ(to_string(parse_count("0", 1, 1024).error()),
            "\"0\" is out of range; write a number from 1 to 1024");
  for (const auto* text : {"", "1k", "-1", "0x10", "1 ", " 1", "1.0"})
    EXPECT_FALSE(parse_count(text, 0, 100)) << text;
}

}  // namespace
}  // namespace pawl::config

#include "engine/text/json_number.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace pawl {
namespace {

TEST(JsonNumber, KnowsTheGrammar) {
  for (const char* good :
       {"0", "-0", "12", "-0.5", "1e5", "1E+05", "10.00e-2", "123456789012345678901234567890"})
    EXPECT_TRUE(is_json_number(good)) << good;
  for (const char* bad :
       {"", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10", "1 ", " 1", "1.5.2", "NaN"})
    EXPECT_FALSE(is_json_number(bad)) << bad;
  for (const char* whole : {"0", "-7", "100"}) EXPECT_TRUE(is_json_integer(whole)) << whole;
  for (const char* other : {"1.0", "1e2", "00", "x", ""}) EXPECT_FALSE(is_json_integer(other)) << other;
}

TEST(JsonNumber, EqualNumbersShareOneForm) {
  const std::pair<const char*, const char*> table[] = {
      {"1", "1e0"},       {"1.0", "1e0"},
      {"10e-1", "1e0"},   {"-0", "0"},
      {"0e9", "0"},       {"100", "1e2"},
      {"0.010", "1e-2"},  {"-12.50", "-125e-1"},
      {"1e00007", "1e7"}, {"1e99999999999999999999", "1e99999999999999999999"}};
  for (const auto& [number, form] : table) {
    std::string to;
    EXPECT_TRUE(append_normal_number(to, number)) << number;
    EXPECT_EQ(to, form) << number;
  }
  std::string to;
  EXPECT_FALSE(append_normal_number(to, "1."));
  EXPECT_EQ(to, "");
}

}  // namespace
}  // namespace pawl

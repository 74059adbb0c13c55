// [limits] of a profile.
#include "tests/unit/config/profile_texts.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pawl::config {
namespace {

using namespace by_text;
using namespace std::chrono_literals;

// The lines of [limits] begin in line 6.
std::string with_limits(const std::string& lines) {
  return "name = \"p\"\nbase_url = \"https://h.example\"\n[resource]\npath = \"/x/{id}\"\n[limits]\n" +
         lines + "[fields.a]\ntype = \"string\"\n";
}

TEST(ProfileLimits, OfBothClassesAndOfOneResource) {
  const auto p =
      compiled(with_limits("all = [\"5000/h\", { rate = \"900/min\", read = 1, write = 5 }, "
                           "{ rate = \"250000/day\" }]\nwrite = [\"60/min\"]\n"
                           "each = [\"30/10min\", { rate = \"20/2s\", read = 1 }]\n"));
  EXPECT_EQ(p.all_limits,
            (std::vector<rate_limit>{{{5000, 1h}, 1, 1}, {{900, 60s}, 1, 5}, {{250'000, 24h}, 1, 1}}));
  EXPECT_EQ(p.each_limits, (std::vector<rate_limit>{{{30, 10min}, 0, 1}, {{20, 2s}, 1, 1}}))
      << "of one resource its updates count, unless the profile says more";
  EXPECT_EQ(p.write_limits.windows, (std::vector<rate_window>{{60, 60s}}));
  EXPECT_TRUE(p.read_limits.windows.empty());
  EXPECT_EQ(compiled(with_limits("all = \"100/10s\"\n")).all_limits,
            (std::vector<rate_limit>{{{100, 10s}, 1, 1}}));
}

TEST(ProfileLimits, AreRefusedByName) {
  const struct {
    const char* lines;
    const char* complaint;
  } table[] = {
      {"all = [\"fast\"]\n", "p.toml:6: limits.all: \"fast\" is not a rate"},
      {"all = [\"unlimited\"]\n", "p.toml:6: limits.all: is unlimited; leave limits.all out"},
      {"all = [5]\n", "p.toml:6: limits.all: must be a list of rates (an element is a whole number)"},
      {"all = [{ read = 1 }]\n", "rate"},
      {"all = [{ rate = \"9/min\", write = 10 }]\n",
       "a request that costs more than 9/min could never be sent"},
      {"all = [{ rate = \"9/min\", read = 0, write = 0 }]\n", "nothing counts against 9/min"},
      {"all = [{ rate = \"9/min\", writes = 1 }]\n", "did you mean write?"},
      {"each = [{ rate = \"9/min\", write = 0 }]\nwrite = \"9/min\"\nread = \"9/min\"\n",
       "nothing counts against 9/min"},
      {"each = [\"30/10min\"]\n", "limits.write: is missing"},
      {"write = \"60/min\"\n", "limits.read: is missing"},
  };
  for (const auto& row : table) {
    std::string all;
    for (const auto& c : compile_profile(with_limits(row.lines), "p.toml").complaints)
      all += to_string(c) + "\n";
    EXPECT_NE(all.find(row.complaint), std::string::npos) << row.lines << all;
  }
}

}  // namespace
}  // namespace pawl::config

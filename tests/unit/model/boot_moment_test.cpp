#include "engine/model/boot_moment.hpp"

#include <gtest/gtest.h>

namespace pawl {
namespace {

using namespace std::chrono_literals;

TEST(BootMoment, ProvesAnAgeWithinOneBootOnly) {
  struct row {
    const char* name;
    boot_moment then, now;
    duration age;
  };
  const row rows[] = {{"the same boot", {"a", 10s}, {"a", 70s}, 60s},
                      {"another boot", {"a", 10s}, {"b", 70s}, 0s},
                      {"the boot then is not known", {"", 10s}, {"a", 70s}, 0s},
                      {"no boot is known", {"", 10s}, {"", 70s}, 0s},
                      {"the time then is not known", {"a", 0s}, {"a", 70s}, 0s},
                      {"a time to come", {"a", 80s}, {"a", 70s}, 0s},
                      {"this moment", {"a", 70s}, {"a", 70s}, 0s}};
  for (const auto& r : rows) EXPECT_EQ(proven_age(r.then, r.now), r.age) << r.name;
}

}  // namespace
}  // namespace pawl

// What a program that links the library may leave out.
#include "engine/app/host.hpp"

#include "engine/app/check.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/options.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <utility>

namespace pawl::app {
namespace {

api::profile of_threads() {
  api::profile p;
  p.name = "example";
  p.base_url = "https://api.example.com/v1";
  p.fields.emplace_back().name = "status";
  auto& silent = p.fields.emplace_back();
  silent.name = "silent";
  silent.compare = api::comparison::none;
  return p;
}

TEST(Host, LeavesTheErrorInTheResultWhereNobodyListens) {
  const auto options = options_for(of_threads(), "/nowhere/jobs.csv");
  ASSERT_TRUE(options);
  const auto done = check(*options, {}, [](const check_answer&) { return status{}; });
  EXPECT_EQ(done.exit_code, exit_usage);
  ASSERT_TRUE(done.error);
  EXPECT_EQ(done.error->kind, failure_kind::usage);
}

TEST(Host, TakesTheTokenFromTheEnvironmentWhenItIsAskedFor) {
  const auto source = environment_token("PAWL_TEST_TOKEN");
  EXPECT_EQ(source.place, "PAWL_TEST_TOKEN");
  for (const char* const none : {static_cast<const char*>(nullptr), ""}) {
    none == nullptr ? ::unsetenv("PAWL_TEST_TOKEN") : ::setenv("PAWL_TEST_TOKEN", none, 1);
    const auto missing = source.read();
    ASSERT_FALSE(missing);
    EXPECT_EQ(to_string(missing.error()), "PAWL_TEST_TOKEN: is not set; put the key into it");
  }
  ::setenv("PAWL_TEST_TOKEN", "a-key-0123456789", 1);
  const auto token = source.read();
  ASSERT_TRUE(token);
  EXPECT_FALSE(token->value.empty());
  ::unsetenv("PAWL_TEST_TOKEN");
}

TEST(OptionsFor, PlacesWhatTheProfileGivesNoPathOf) {
  const auto options = options_for(of_threads(), "jobs.csv");
  ASSERT_TRUE(options);
  const auto& profile = options->profile;
  EXPECT_EQ(to_string(profile.reply.id), "id");
  EXPECT_EQ(to_string(profile.fields[0].echo), "status");
  EXPECT_TRUE(profile.fields[1].echo.empty());

  auto mute = of_threads();
  mute.reply.is = api::reply_kind::none;
  const auto of_mute = options_for(std::move(mute), "jobs.csv");
  ASSERT_TRUE(of_mute);
  EXPECT_TRUE(of_mute->profile.reply.id.empty());
  EXPECT_TRUE(of_mute->profile.fields[0].echo.empty());
}

}  // namespace
}  // namespace pawl::app

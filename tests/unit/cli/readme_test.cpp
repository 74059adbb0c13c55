// What the README promises and a program can check.
#include "config/profile_keys.hpp"
#include "config/settings.hpp"
#include "engine/model/outcome.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace pawl::cli {
namespace {

using ::testing::HasSubstr;

std::string page(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string readme() {
  return page(PAWL_README);
}

TEST(Readme, ListsTheSettingsAsTheyAre) {
  EXPECT_THAT(readme(), HasSubstr(config::settings_reference()))
      << "paste what config::settings_reference() says";
}

TEST(Readme, TheManualOfProfilesListsTheKeysAsTheyAre) {
  EXPECT_THAT(page(PAWL_PROFILE_MANUAL), HasSubstr(config::profile_reference()))
      << "paste what config::profile_reference() says";
}

TEST(Readme, NamesEveryOutcome) {
  const auto text = readme();
  for (std::size_t i = 0; i < outcome_count; ++i)
    EXPECT_THAT(text, HasSubstr("`" + std::string{to_string(static_cast<outcome>(i))} + "`"));
}

}  // namespace
}  // namespace pawl::cli

// What the README promises and a program can check.
#include "config/settings.hpp"
#include "engine/model/outcome.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace pawl::cli {
namespace {

using ::testing::HasSubstr;

std::string readme() {
  std::ifstream in(PAWL_README);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Readme, ListsTheSettingsAsTheyAre) {
  EXPECT_THAT(readme(), HasSubstr(config::settings_reference()))
      << "paste what config::settings_reference() says";
}

TEST(Readme, NamesEveryOutcome) {
  const auto text = readme();
  for (std::size_t i = 0; i < outcome_count; ++i)
    EXPECT_THAT(text, HasSubstr("`" + std::string{to_string(static_cast<outcome>(i))} + "`"));
}

}  // namespace
}  // namespace pawl::cli

// Which values a command takes for the variables of its profile.
#include "settings_fixture.hpp"

#include <gmock/gmock.h>

namespace pawl::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using SettingsVariables = SettingsTest;

// A file beside the input may be meant for another profile than the command names.
TEST_F(SettingsVariables, OfTheFileBelongToTheProfileThatItNames) {
  const std::string owner = "\n[vars]\nowner = \"octo\"\nrepo = \"hello\"\n";
  raw.config_file = "settings.toml";
  write("settings.toml", "api.profile = \"github-issues\"" + owner);
  EXPECT_THAT(complaints(), ElementsAre());
  raw.profile = "github-issues";
  EXPECT_THAT(complaints(), ElementsAre()) << "the same one";
  raw.profile = "intercom-contacts";
  EXPECT_THAT(complaints(), ElementsAre()) << "another one, without variables";
  raw.overrides = {"vars.owner=octo"};
  EXPECT_THAT(complaints(),
              ElementsAre(HasSubstr("-o vars.owner: the profile intercom-contacts has no variable")));

  write("settings.toml", "api.profile = \"zendesk-tickets\"\n[vars]\nsite = \"acme\"\nemail = \"a@b.c\"\n");
  raw.profile = "jira-issues";
  raw.overrides = {"vars.email=me@acme.com"};
  EXPECT_THAT(complaints(),
              ElementsAre(HasSubstr("vars.site: has no value, and the profile jira-issues needs one "
                                    "(settings.toml:3 gives it to another profile")))
      << "no value goes to another vendor by chance";
  raw.overrides.emplace_back("vars.site=acme");
  EXPECT_THAT(complaints(), ElementsAre());

  write("settings.toml", "[vars]\nsite = \"acme\"\nemail = \"a@b.c\"\nowner = \"octo\"\n");
  raw.overrides.clear();
  EXPECT_THAT(complaints(), ElementsAre()) << "a file that names none is for all";
  raw.profile.reset();
  EXPECT_THAT(complaints(), Not(ElementsAre())) << "and an error where nobody names one";
}

}  // namespace
}  // namespace pawl::config

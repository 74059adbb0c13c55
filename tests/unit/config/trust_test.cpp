// A settings file that was found decides nothing about keys, trust or files until it is named or trusted.
#include "config/trust.hpp"

#include "config/settings_checks.hpp"
#include "settings_fixture.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

namespace pawl::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Trust : public SettingsTest {
 protected:
  void SetUp() override {
    SettingsTest::SetUp();
    state_ = (std::filesystem::current_path() / "state").string();
    env["XDG_STATE_HOME"] = std::filesystem::current_path().string();
    raw.state_dir = state_;
  }

  void trust_it() const {
    const auto look = look_at_settings_file("pawl.toml");
    ASSERT_TRUE(look.value);
    const auto kept = keep_trust(state_, *look.value);
    ASSERT_TRUE(kept) << to_string(kept.error());
  }

  std::string state_;
};

const std::string profile_text =
    "name = \"x\"\nbase_url = \"https://x.example\"\nunknown_fields = \"pass\"\n[resource]\npath = "
    "\"/x/{id}\"\n[limits]\nwrite = \"1/s\"\nread = \"1/s\"\n";

TEST_F(Trust, EveryKeyThatDecidesIsRefusedInAFoundFileAndTheOthersAreNot) {
  std::size_t deciding = 0;
  for (const auto* text :
       {"api.profile = \"productlane\"", "api.base_url = \"https://127.0.0.1:1\"", "api.account = \"a\"",
        "api.allow_http = true", "auth.token_env = \"A_KEY\"", "auth.token_file = \"key\"",
        "tls.ca_file = \"ca.pem\"", "tls.cert = \"c.pem\"", "auth.token_command = [\"sh\", \"-c\", \"id\"]",
        "proxy = \"http://127.0.0.1:1\"", "proxy = \"none\"", "ledger.path = \"l\"", "state_dir = \"s\"",
        "log.file = \"log\"", "[auth]\ntoken_env = \"A_KEY\"", "auth = {token_file = \"/etc/passwd\"}",
        "\"tls\".\"ca_file\" = \"ca.pem\""}) {
    ++deciding;
    write("pawl.toml", std::string(text) + "\n");
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("is neither named nor trusted"))) << text;
  }
  EXPECT_EQ(deciding, 17u);
  write("pawl.toml", "concurrency = 4\nlimits.write = \"5/s\"\ncsv.null = \"-\"\nlog.format = \"json\"\n");
  EXPECT_THAT(complaints(), ElementsAre());
}

TEST_F(Trust, TheComplaintNamesKeysAndBothWaysOut) {
  write("pawl.toml",
        "concurrency = 4\napi.base_url = \"https://evil.example\"\n[tls]\nca_file = \"ca.pem\"\n");
  raw.trusting_command = "pawl trust pawl.toml --state-dir s";
  raw.naming_command = "pawl run --config pawl.toml jobs.csv";
  EXPECT_THAT(
      complaints(),
      ElementsAre("pawl.toml: was found here, and is neither named nor trusted, so it does not decide where "
                  "requests, keys or files go: it sets api.base_url (line 2), tls.ca_file (line 4); read it, "
                  "then trust it as it is:\n  pawl trust pawl.toml --state-dir s\nor name it:\n  pawl run "
                  "--config pawl.toml jobs.csv"));
  // What the command line says instead does not make it right.
  raw.base_url = "https://127.0.0.1:1";
  EXPECT_EQ(complaints().size(), 1u);
}

TEST_F(Trust, ANamedFileDecides) {
  write("pawl.toml", "api.base_url = \"https://127.0.0.1:1/a\"\n");
  raw.config_file = "pawl.toml";
  EXPECT_EQ(loaded().target.base_path, "/a");
  raw.config_file.reset();
  env["PAWL_CONFIG"] = "pawl.toml";
  EXPECT_EQ(loaded().target.base_path, "/a");
  write("other.toml", "api.base_url = \"https://127.0.0.1:1/b\"\n");
  raw.config_file = "other.toml";  // an option is stronger than the environment
  EXPECT_EQ(loaded().target.base_path, "/b");
  raw.config_file.reset();
  env["PAWL_CONFIG"] = "missing.toml";
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("PAWL_CONFIG: \"missing.toml\" cannot be read")));
  env["PAWL_CONFIG"] = "";
  EXPECT_EQ(complaints().size(), 1u);
}

TEST_F(Trust, ATrustedFileDecidesUntilItChanges) {
  write("pawl.toml", "api.base_url = \"https://127.0.0.1:1/a\"\n");
  trust_it();
  EXPECT_EQ(loaded().target.base_path, "/a");
  write("pawl.toml", "api.base_url = \"https://127.0.0.1:1/b\"\n");
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("has changed")));
  trust_it();
  EXPECT_EQ(loaded().target.base_path, "/b");
  write("pawl.toml", "api.base_url = \"https://127.0.0.1:1/a\"\n");
  EXPECT_EQ(complaints().size(), 1u);
}

TEST_F(Trust, TheProfileThatItNamesIsTrustedWithIt) {
  write("x.toml", profile_text);
  write("pawl.toml", "api.profile = \"./x.toml\"\n");
  trust_it();
  EXPECT_EQ(loaded().profile.name, "x");
  write("x.toml", profile_text + "# other\n");
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("has changed")));
}

TEST_F(Trust, IsOfThePathAndNotOfTheContentAlone) {
  write("pawl.toml", "api.base_url = \"https://127.0.0.1:1\"\n");
  trust_it();
  std::filesystem::create_directory("elsewhere");
  std::filesystem::copy_file("pawl.toml", "elsewhere/pawl.toml");
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path("elsewhere");
  EXPECT_EQ(complaints().size(), 1u);
  std::filesystem::remove("pawl.toml");
  std::filesystem::create_symlink("../pawl.toml", "pawl.toml");
  EXPECT_EQ(complaints().size(), 1u);
  std::filesystem::current_path(here);
  // The same directory under another name is the same.
  std::filesystem::create_directory_symlink(here, "again");
  std::filesystem::current_path("again");
  EXPECT_EQ(complaints().size(), 0u);
  std::filesystem::current_path(here);
}

TEST_F(Trust, TheFoundFileDoesNotSayWhereTrustIsKept) {
  write("pawl.toml", "state_dir = \"own\"\napi.base_url = \"https://127.0.0.1:1\"\n");
  const auto look = look_at_settings_file("pawl.toml");
  ASSERT_TRUE(look.value);
  ASSERT_TRUE(keep_trust("own", *look.value));
  EXPECT_EQ(complaints().size(), 1u);
  raw.state_dir.reset();
  EXPECT_EQ(complaints().size(), 1u);
}

TEST_F(Trust, AStateDirectoryThatOthersMayWriteIsNotBelieved) {
  write("pawl.toml", "api.base_url = \"https://127.0.0.1:1\"\n");
  trust_it();
  ASSERT_EQ(::chmod(state_.c_str(), 0777), 0);
  EXPECT_EQ(complaints().size(), 1u);
  const auto look = look_at_settings_file("pawl.toml");
  EXPECT_FALSE(keep_trust(state_, *look.value));
  ASSERT_EQ(::chmod(state_.c_str(), 0700), 0);
  EXPECT_EQ(complaints().size(), 0u);
  ASSERT_EQ(::chmod((state_ + "/trusted").c_str(), 0770), 0);
  EXPECT_EQ(complaints().size(), 1u);
}

TEST_F(Trust, WhatIsShownHasNoSecret) {
  write("pawl.toml",
        "proxy = \"http://ada:hunter2@proxy.example:1\"\nauth.token_env = \"sk_live_0123456789abcdef\"\n");
  const auto look = look_at_settings_file("pawl.toml");
  ASSERT_TRUE(look.value);
  ASSERT_EQ(look.value->sets.size(), 2u);
  EXPECT_EQ(look.value->sets[0].value, "http://***@proxy.example:1");
  EXPECT_EQ(look.value->sets[1].value, "the variable of --token-env");
  EXPECT_EQ(look.value->sets[1].line, 2u);
  write("pawl.toml", "a = = 1\n");
  EXPECT_EQ(look_at_settings_file("pawl.toml").complaints.size(), 1u);
  EXPECT_EQ(look_at_settings_file("missing.toml").complaints.size(), 1u);
}

TEST_F(Trust, WhatIsFoundAndBlocksIsNotRead) {
  ASSERT_EQ(::mkfifo("pawl.toml", 0600), 0);
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("pawl.toml: is not a regular file")));
}

TEST_F(Trust, NoFileIsWrittenThatIsAnotherOneInPlay) {
  write("token", "pl_v2_abcdefghijklmnop");
  write("ca.pem", "x");
  write("jobs.csv", "id\n");
  write("pawl.toml", "");
  std::filesystem::create_hard_link("token", "hard");
  const std::pair<const char*, const char*> table[] = {
      {"log.file=token", "the key file and the log would be the same file"},
      {"log.file=hard", "the key file and the log would be the same file"},
      {"log.file=ca.pem", "the certificates of tls.ca_file and the log would be the same file"},
      {"log.file=pawl.toml", "the settings file and the log would be the same file"},
      {"log.file=./state/../jobs.csv", "the input and the log would be the same file"},
      {"log.file=jobs.csv.ledger", "the ledger and the log would be the same file"},
      {"log.file=jobs.csv.ledger-wal", "a file beside the ledger and the log would be the same file"},
      {"log.file=jobs.csv.ledger.lock", "a file beside the ledger and the log would be the same file"},
      {"log.file=jobs.csv.ledger.input",
       "the copy of an input beside the ledger and the log would be the same file"},
      {"ledger.path=token", "the key file and the ledger would be the same file"},
  };
  raw.token_file = "token";
  raw.ca_file = "ca.pem";
  for (const auto& [setting, what] : table) {
    raw.overrides = {setting};
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr(what))) << setting;
  }
  raw.overrides.clear();
  raw.summary = "hard";
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("the key file and the summary would be the same file")));
  // The kept copy of a pipe is the input of the run that goes on.
  raw.summary.reset();
  write("l.input", "id\n");
  raw.input = "l.input";
  raw.ledger = "l";
  raw.format = "csv";
  EXPECT_THAT(complaints(), ElementsAre());
  const auto s = loaded();
  EXPECT_TRUE(refuse_taken_place(s, "--out", "hard"));
  EXPECT_TRUE(refuse_taken_place(s, "--out", "l-shm"));
  EXPECT_FALSE(refuse_taken_place(s, "--out", "out.csv"));
  EXPECT_FALSE(refuse_taken_place(s, "--out", "/dev/stdout"));
}

TEST_F(Trust, TheLedgerAndItsNeighboursAreFiles) {
  ASSERT_EQ(::mkfifo("jobs.csv.ledger", 0600), 0);
  EXPECT_THAT(complaints(),
              ElementsAre(HasSubstr("the ledger cannot be written there: it is a pipe, not a file")));
  std::filesystem::remove("jobs.csv.ledger");
  std::filesystem::create_symlink("anything", "jobs.csv.ledger-wal");
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("it is a symbolic link")));
}

}  // namespace
}  // namespace pawl::config

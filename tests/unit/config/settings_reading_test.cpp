// Whether rows are read before they are written, and what has to fit together for that.
#include "settings_fixture.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace pawl::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using SettingsReading = SettingsTest;

// A write would then wait until the read before it is too old, again and again.
TEST_F(SettingsReading, AReadAndItsWriteFitIntoALimitTogether) {
  const auto profile = [](const std::string& limits) {
    write("p.toml",
          "name = \"p\"\nbase_url = \"https://api.example\"\nread_first = true\n[resource]\npath = "
          "\"/x/{id}\"\n[limits]\nwrite = \"unlimited\"\nread = \"unlimited\"\n" +
              limits + "[fields.a]\ntype = \"string\"\n");
  };
  const auto refuses = [&](const char* what) {
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr(what))) << what;
  };
  raw.profile = "p.toml";
  profile("");
  raw.overrides = {"limits.all=10/min read=5 write=5"};
  EXPECT_EQ(loaded().run.writes.shared.size(), 1u);
  raw.overrides = {"limits.all=10/min read=5 write=6"};
  refuses(
      "-o limits.all: a read and the write that follows it take 11 of 10/min read=5 write=6, which never has "
      "room for both; name a rate that holds both");
  raw.overrides = {"limits.all=10/min read=5 write=5", "limits.reserve=20%"};
  refuses("take 10 of 10/min read=5 write=5");
  raw.overrides = {"limits.all=1/min read=0 write=1"};
  EXPECT_EQ(loaded().run.writes.shared.size(), 1u) << "reads are free";
  raw.overrides = {"limits.all=1/s"};
  EXPECT_EQ(loaded().run.writes.shared.size(), 1u) << "the write follows while its read is fresh";
  raw.overrides = {"limits.all=10/min read=5 write=6"};
  raw.no_read_first = true;
  EXPECT_EQ(loaded().run.writes.shared.size(), 1u) << "nothing is read before";
  raw = {};
  raw.input = "jobs.csv";
  raw.profile = "p.toml";
  profile("each = [{ rate = \"1/min\", read = 1, write = 1 }]\n");
  refuses(
      "a read and the write that follows it of one resource (limits.each of the profile) take 2 of 1/min, "
      "which "
      "never has room for both; correct limits.each in the profile");
}

TEST_F(SettingsReading, ReadFirstFitsWhatAWriteHolds) {
  const auto profile = [](const std::string& reads, const std::string& table) {
    write("p.toml",
          "name = \"p\"\nbase_url = \"https://api.example\"\nread_first = " + reads +
              "\n[resource]\npath = \"/x/{id}\"\nmethod = \"PUT\"\n[limits]\nwrite = \"unlimited\"\nread = "
              "\"unlimited\"\n[fields.a]\ntype = \"string\"\n" +
              table);
  };
  raw.profile = "p.toml";
  profile("false", "");
  EXPECT_THAT(loaded().as_json, HasSubstr(R"("write.body_is":null,)"));
  raw.overrides = {"read_first=true"};
  EXPECT_THAT(
      complaints(),
      ElementsAre(
          "-o read_first: profile p writes with PUT and does not say what a write holds once it is read "
          "what differs; add [write] with body_is = \"changes\", \"row\" or \"whole\" to the profile"));
  profile("true", "[write]\nbody_is = \"whole\"\n");
  EXPECT_THAT(loaded().as_json, HasSubstr(R"("write.body_is":"whole",)"));
  raw.overrides.clear();
  raw.no_read_first = true;
  EXPECT_THAT(
      complaints(),
      ElementsAre(
          "--no-read-first: a write of profile p sends back the whole resource (write.body_is = "
          "\"whole\"), and without a read there is none; read first, or use a copy of the profile that "
          "says body_is = \"row\""));
}

TEST_F(SettingsReading, AGuardNeedsTheReadThatItComesFrom) {
  write(
      "p.toml",
      "name = \"p\"\nbase_url = \"https://api.example\"\nread_first = true\n[resource]\npath = \"/x/{id}\"\n"
      "[write]\nheaders.If-Match = \"{was_header.ETag}\"\n[limits]\nwrite = \"60/min\"\nread = "
      "\"unlimited\"\n"
      "[fields.a]\ntype = \"string\"\n");
  raw.profile = "p.toml";
  EXPECT_TRUE(loaded().read_first);
  const auto refused =
      ElementsAre(HasSubstr("a write of profile p shows the API what was read before it ({was...})"));
  raw.no_read_first = true;
  EXPECT_THAT(complaints(), refused);
  raw.no_read_first = false;
  raw.overrides = {"read_first=auto"};
  EXPECT_TRUE(loaded().read_first) << "reads are free here";
  raw.overrides = {"read_first=auto", "limits.all=100/min"};
  EXPECT_THAT(complaints(), refused);
}

TEST_F(SettingsReading, AutoIsAnsweredByTheFinalLimits) {
  write("p.toml",
        "name = \"p\"\nbase_url = \"https://api.example\"\nread_first = \"auto\"\n[resource]\npath = "
        "\"/x/{id}\"\n"
        "[limits]\nwrite = \"60/min\"\nread = \"60/min\"\n[fields.a]\ntype = \"string\"\n");
  struct {
    std::vector<std::string> overrides;
    bool reads, decided;
  } const table[] = {
      {{}, true, true},
      {{"limits.read=59/min"}, false, true},
      {{"limits.read=59/min", "limits.write=1/s", "limits.all=1000/min read=0 write=1"}, false, true},
      {{"limits.all=1000/min read=0 write=1"}, true, true},
      {{"limits.all=1000/min"}, false, true},
      {{"limits.all=1000/min", "read_first=true"}, true, false},
      {{"read_first=false"}, false, false},
  };
  for (const auto& row : table) {
    raw = {};
    raw.input = "jobs.csv";
    raw.profile = "p.toml";
    raw.overrides = row.overrides;
    const auto s = loaded();
    EXPECT_EQ(s.read_first, row.reads) << ::testing::PrintToString(row.overrides);
    EXPECT_EQ(s.read_first_where_free, row.decided) << ::testing::PrintToString(row.overrides);
  }
}

}  // namespace
}  // namespace pawl::config

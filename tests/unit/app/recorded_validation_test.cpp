#include "engine/app/recorded_validation.hpp"

#include "engine/app/recorded_settings.hpp"
#include "tests/unit/input/test_profile.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace pawl::app {
namespace {

using input::validation_report;

constexpr const char* settings = R"({"limits.write":"60/min","input.set":["title=x"],"csv.null":"null"})";

validation_report report_of(const std::string& text, const api::profile& profile = input::test::threads()) {
  input::source_options options;
  options.format = input::file_format::csv;
  auto source = input::job_source::from_bytes("jobs.csv", text, profile, options);
  if (!source) throw std::runtime_error(to_string(source.error()));
  auto report = input::validate(*source, profile, {}, nullptr);
  if (!report) throw std::runtime_error(to_string(report.error()));
  return *std::move(report);
}

TEST(RecordedValidation, ComesBackAsItWasCounted) {
  const std::vector<std::string> inputs{
      "id,status,title\nt1,done,a\nt2,,b\n",
      "id,status,add_tags,notify.slack,expect.status\nt1,done,x,yes,open\nt2,wrong,,,\nt3,,y,,\n",
      "id,remove_tags,add_tags\nt1,\"say \"\"O,ld\"\"\",New\nt2,\"say \"\"O,ld\"\"\",New\n",
      "id,status,a=b,*\nt1,done,x,y\nt2,,x,\n",
  };
  for (const auto& text : inputs) {
    const auto& profile =
        text.find("a=b") == std::string::npos ? input::test::threads() : input::test::passing_threads();
    const auto report = report_of(text, profile);
    const auto recorded = with_validation(settings, report, profile);
    const auto read = recorded_validation(recorded, profile);
    ASSERT_TRUE(read) << recorded;
    EXPECT_EQ(read->rows_with_field, report.rows_with_field) << recorded;
    EXPECT_EQ(read->bad_rows, report.bad_rows);
    EXPECT_EQ(read->rows_with_expect, report.rows_with_expect);
    EXPECT_EQ(read->rows_with_verbs, report.rows_with_verbs);
    EXPECT_EQ(read->rows_not_replay_safe, report.rows_not_replay_safe);
    const auto swap = read->swap.found(), was = report.swap.found();
    ASSERT_EQ(swap.has_value(), was.has_value()) << recorded;
    if (swap) {
      EXPECT_EQ(swap->removed, was->removed);
      EXPECT_EQ(swap->added, was->added);
      EXPECT_EQ(swap->rows, was->rows);
    }
    EXPECT_EQ(recorded_print(recorded), report.print);
    EXPECT_TRUE(changed_settings(settings, recorded).empty()) << "it is no setting";
    EXPECT_EQ(recorded_settings(recorded).texts(shaping_key::set), std::vector<std::string>{"title=x"});
  }
}

TEST(RecordedValidation, IsNotThereWhereItCannotBeTrusted) {
  const auto& profile = input::test::threads();
  const auto recorded =
      with_validation(settings, report_of("id,status,notify.slack\nt1,done,yes\n"), profile);
  ASSERT_TRUE(recorded_validation(recorded, profile));
  EXPECT_FALSE(recorded_validation(settings, profile)) << "an earlier version wrote it";
  EXPECT_FALSE(recorded_print(settings));
  EXPECT_FALSE(recorded_validation("", profile));
  EXPECT_FALSE(recorded_validation("{", profile));

  auto other = input::test::make_profile();
  other.fields[to_index(*other.find("notify"))].replay_safe = true;
  EXPECT_FALSE(recorded_validation(recorded, other)) << "counted by another rule";

  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"status=1", "status=x"},
                                                        {"status=1", "status"},
                                                        {"status=1", "sttus=1"},
                                                        {"\"bad=0\",", ""},
                                                        {"bad=0", "worse=0"},
                                                        {"validated.fields", "other"}}) {
    auto edited = recorded;
    const auto at = edited.find(from);
    ASSERT_NE(at, std::string::npos) << from << recorded;
    edited.replace(at, from.size(), to);
    EXPECT_FALSE(recorded_validation(edited, profile)) << edited;
  }
}

// No tag is called so; the settings of a run stay a short text.
TEST(RecordedValidation, KeepsNoLongNames) {
  const auto& profile = input::test::threads();
  const auto report = report_of("id,remove_tags,add_tags\nt1,Old," + std::string(5000, 'n') + "\n");
  ASSERT_TRUE(report.swap.found());
  const auto recorded = with_validation(settings, report, profile);
  EXPECT_FALSE(recorded_validation(recorded, profile));
  EXPECT_LT(recorded.size(), 300u);
  EXPECT_EQ(recorded_print(recorded), report.print);
}

}  // namespace
}  // namespace pawl::app

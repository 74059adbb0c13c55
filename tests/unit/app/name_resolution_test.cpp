#include "engine/app/name_resolution.hpp"

#include "config/profile_loader.hpp"
#include "engine/input/validation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace pawl::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

options productlane_options() {
  auto compiled = config::compile_profile(*config::embedded_profile("productlane"), "productlane.toml");
  options s;
  s.profile = compiled.value.value();
  s.reading = compiled.reading;
  return s;
}

input::validation_report swapping(const options& s, int rows) {
  std::string text = "id,remove_tags,add_tags\n";
  for (int i = 0; i < rows; ++i) text += "thr_" + std::to_string(i) + ",Old,New\n";
  input::source_options options;
  options.format = input::file_format::csv;
  auto source = input::job_source::from_bytes("jobs.csv", text, s.profile, options);
  if (!source) throw std::runtime_error(to_string(source.error()));
  auto report = input::validate(*source, s.profile, {}, nullptr);
  if (!report) throw std::runtime_error(to_string(report.error()));
  return *std::move(report);
}

TEST(RenameHint, IsForMoreThanAHandfulOfRowsAndFromTheProfile) {
  auto s = productlane_options();
  EXPECT_EQ(rename_hint(swapping(s, 5), s), "");
  EXPECT_EQ(
      rename_hint(swapping(s, 1200), s),
      "every row takes \"Old\" away and puts \"New\" there: if that renames the tag, rename the tag itself "
      "(PATCH /tags/{id}): one request instead of 1,200 writes");
  s.reading.rename_hint.clear();
  EXPECT_EQ(rename_hint(swapping(s, 1200), s), "");
  EXPECT_EQ(rename_hint({}, productlane_options()), "");
}

TEST(NamesNotRead, SaysWhatTheKeyLacksAndWhatDoesWithoutNames) {
  const auto s = productlane_options();
  const failure refused{failure_kind::mend, "https://api/tags", "the API answered 403 scope_required: no",
                        "give the key the scopes threads:read and threads:write"};
  const auto lacking = names_not_read(refused, s, {"threads:read", "threads:write"});
  EXPECT_EQ(lacking.kind, failure_kind::mend);
  EXPECT_THAT(lacking.what, HasSubstr("nothing was written: the API answered 403"));
  EXPECT_EQ(lacking.remedy,
            "the key lacks tags:read: grant it that scope where it was made, or give ids instead of names "
            "(add_tag_ids, remove_tag_ids, `tag_ids has ID`)");
  // Where the API does not say what the key may, or it may: what it answered counts.
  for (const auto& scopes : {std::vector<std::string>{}, {"tags:read"}}) {
    const auto other = names_not_read(refused, s, scopes).remedy;
    EXPECT_THAT(other, HasSubstr("threads:write; or give ids instead"));
    EXPECT_THAT(other, Not(HasSubstr("lacks")));
  }
  const failure down{failure_kind::later, "x", "down", "later"};
  EXPECT_EQ(to_string(names_not_read(down, s, {})), to_string(down));
}

}  // namespace
}  // namespace pawl::app
